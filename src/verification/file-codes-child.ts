/**
 * The process in which one file given for checking is decoded: the file comes in by stdin, its kind as the one argument, the texts of its
 * codes go out by stdout. Started and watched by file-codes.ts.
 */
import { answerParent, type ChildAnswer } from '../shared/child.ts';
import { DomainError } from '../shared/errors.ts';
import type { FileCodes } from './file-codes.ts';

await answerParent(async bytes => outcome(bytes, process.argv[2]));

/** Status 1: body is FileCodes. Status 0: body is the code and the detail of an error. Anything else ends the process with an error. */
async function outcome(bytes: Uint8Array, kind: string | undefined): Promise<ChildAnswer> {
  try {
    return { status: 1, body: json(await (kind === 'pdf' ? inPdf(bytes) : inPicture(bytes))) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { status: 0, body: json({ code: error.code, detail: error.detail }) };
  }
}

/** Each kind loads its own library only. */
async function inPdf(bytes: Uint8Array): Promise<FileCodes> {
  return (await import('../certificate/read-pdf.ts')).readPdfCodes(bytes);
}

async function inPicture(bytes: Uint8Array): Promise<FileCodes> {
  const { readCodes } = await import('../certificate/read-image.ts');
  const texts = await readCodes(bytes);
  return { codes: texts.map(text => ({ page: 1, text })), pages: { all: 1, read: 1 } };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
