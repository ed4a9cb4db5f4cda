/**
 * A file that somebody was given: whether it is the bureau's original, and beside it, never instead of it, what each code in it says (R28).
 * Nothing of the file is kept.
 */
import { DomainError } from '../shared/errors.ts';
import type { FileReport } from '../shared/shapes/shapes.ts';
import type { Instant } from '../shared/time.ts';
import { agreedWith, checkFile } from './file-check.ts';
import { codesInFile } from './file-codes.ts';
import type { Trust } from './trust.ts';
import { verify } from './verify.ts';

/** @throws DomainError FILE_FORMAT_UNKNOWN, IMAGE_UNREADABLE, IMAGE_TOO_LARGE, PDF_UNREADABLE */
export async function checkGivenFile(bytes: Uint8Array, trust: Trust, at: Instant): Promise<FileReport> {
  const finding = await checkFile(bytes, trust, at);
  if (finding.kind === 'other')
    throw new DomainError('FILE_FORMAT_UNKNOWN', '只能查验 PNG、JPEG、WebP 图片或 PDF 文件，请换一个文件。');
  const { codes: texts, pages } = await codesInFile(bytes, finding.kind === 'pdf' ? 'pdf' : 'picture');
  const codes: FileReport['codes'] = [];
  for (const { page, text } of texts) codes.push({ page, report: await verify(text, trust, at) });
  const reports = codes.map(code => code.report);
  return { ...agreedWith(finding, reports), codes, pages };
}
