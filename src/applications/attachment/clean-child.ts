/**
 * The process in which one attachment is made anew: the file comes in by stdin, its kind as the one argument, the answer goes out by
 * stdout and that is all it can reach: no environment, no database, no keys. Started and watched by clean.ts.
 */
import { answerParent } from '../../shared/child.ts';
import { isMediaType, type MediaType } from './attachment.ts';
import { AttachmentRefused } from './refused.ts';

await answerParent(async bytes => outcome(bytes, process.argv[2]));

/** Status 1: body is the clean file. Status 0: body is the reason, in Chinese. Anything else ends the process with an error. */
async function outcome(
  bytes: Uint8Array,
  mediaType: string | undefined,
): Promise<{ status: 0 | 1; body: Uint8Array }> {
  if (!isMediaType(mediaType)) throw new RangeError(`clean-child: expected a media type, got ${mediaType}`);
  try {
    return { status: 1, body: await cleaned(bytes, mediaType) };
  } catch (error) {
    if (!(error instanceof AttachmentRefused)) throw error;
    return { status: 0, body: Buffer.from(error.detail) };
  }
}

/** Each kind loads its own library only. */
async function cleaned(bytes: Uint8Array, mediaType: MediaType): Promise<Uint8Array> {
  if (mediaType === 'application/pdf') return (await import('./clean-pdf.ts')).cleanPdf(bytes);
  const { cleanImage } = await import('./clean-image.ts');
  return cleanImage(bytes, mediaType);
}
