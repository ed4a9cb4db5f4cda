/** Comma-separated values by RFC 4180, with the separator given. Pure; forty lines of ours spare a dependency. */
import { DomainError } from '../../shared/errors.ts';
import type { Delimiter } from './roster.ts';

export interface CsvRecord {
  /** Line of the file on which the record begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Yields the records in order; quoted cells may hold separators, doubled quotes and line ends (§2.5 to §2.7). Lone CR and LF
 * end a record as CRLF does. A quote inside an unquoted cell is kept as it is.
 *
 * @throws DomainError FILE_UNREADABLE when a quoted cell is never closed
 */
export function* csvRecords(text: string, delimiter: Delimiter): Generator<CsvRecord> {
  const plainEnd = new RegExp(`[${delimiter}\\r\\n]|$`, 'g');
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const startLine = line;
    const cells: string[] = [];
    for (;;) {
      const end = text.charAt(at) === '"' ? endOfQuoted(text, at, startLine) : at;
      const quoted = text.slice(at + 1, end - 1);
      plainEnd.lastIndex = end;
      const stop = plainEnd.exec(text)?.index ?? text.length;
      const rest = text.slice(end, stop);
      cells.push(end > at ? quoted.replaceAll('""', '"') + rest : rest);
      if (end > at) line += quoted.split(/\r\n|\r|\n/).length - 1;
      at = stop + 1;
      if (text.charAt(stop) !== delimiter) break;
    }
    if (text.charAt(at - 1) === '\r' && text.charAt(at) === '\n') at += 1;
    line += 1;
    yield { line: startLine, cells };
  }
}

/** The place after the closing quote of the cell that opens at `start`. */
function endOfQuoted(text: string, start: number, line: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      throw new DomainError(
        'FILE_UNREADABLE',
        `文件从第 ${line} 行起有未闭合的引号，请用表格软件重新保存后上传。`,
      );
    }
    if (text.charAt(quote + 1) !== '"') return quote + 1;
    at = quote + 2;
  }
}
