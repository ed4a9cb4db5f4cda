/** The codes in a file from a stranger: pictures and pages are decoded in a process of their own, with limits on memory and time. Node only. */
import { fileURLToPath } from 'node:url';
import { inChild } from '../shared/child.ts';
import { DomainError, type ErrorCode } from '../shared/errors.ts';

export interface FileCodes {
  readonly codes: readonly { readonly page: number; readonly text: string }[];
  readonly pages: { readonly all: number; readonly read: number };
}

const CHILD = fileURLToPath(new URL('./file-codes-child.js', import.meta.url));
const LIMITS = {
  heapMb: 256,
  residentBytes: 512 * 1024 * 1024,
  deadlineMs: 20_000,
  answerBytes: 1024 * 1024,
};

/**
 * The distinct codes of the picture or document, raw, with the page each stands on.
 * @throws DomainError IMAGE_UNREADABLE, IMAGE_TOO_LARGE, PDF_UNREADABLE; also when the child had to be ended
 */
export async function codesInFile(bytes: Uint8Array, kind: 'picture' | 'pdf'): Promise<FileCodes> {
  const answer = await inChild({ script: CHILD, args: [kind], input: bytes, ...LIMITS });
  if (!answer) {
    const code = kind === 'pdf' ? 'PDF_UNREADABLE' : 'IMAGE_UNREADABLE';
    throw new DomainError(code, '文件过于复杂或已损坏，无法读取；请换用原始文件，或直接扫描二维码查验。');
  }
  const said: unknown = JSON.parse(new TextDecoder().decode(answer.body));
  if (answer.status === 1) return said as FileCodes; // the child is our own code, whatever it was given
  const { code, detail } = said as { code: ErrorCode; detail: string };
  throw new DomainError(code, detail);
}
