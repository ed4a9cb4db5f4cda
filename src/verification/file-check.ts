/**
 * "Is this the electronic original?" (R28), answered the same way in the server, the command line and the browser, also offline. Says
 * nothing of whether the certificate is in force: that is the QR code's own report, which stands beside this one, never instead of it.
 * Pure; nothing is fetched, nothing from the file is resolved, and bad input is a finding, never an exception.
 */
import { credentialIdIn } from '../certificate/file-seal.ts';
import { isPng } from '../certificate/png-chunks.ts';
import type { Instant } from '../shared/time.ts';
import { unlike, type FileFinding } from './file-finding.ts';
import { checkPng } from './file-png.ts';
import type { VerificationReport } from './report.ts';
import type { Trust } from './trust.ts';

export type { FileFinding } from './file-finding.ts';

/**
 * Whether these bytes are a file as the bureau handed it out.
 * @param at the verifier's present, seconds since 1970
 * @returns `original` only when every byte is under a seal by a files key in force; without the key `unknown`, never `original`
 */
export async function checkFile(bytes: Uint8Array, trust: Trust, at: Instant): Promise<FileFinding> {
  if (isPng(bytes)) return checkPng(bytes, trust, at);
  // loaded only for documents: the verify page's first load stays small
  if (startsWith(bytes, '%PDF-')) return (await import('./file-pdf.ts')).checkPdf(bytes, trust, at);
  return startsWith(bytes, '\xff\xd8\xff') || (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8))
    ? unlike('image', 'NO_SEAL')
    : unlike('other', 'NOT_A_CERTIFICATE_FILE');
}

/** An original shows the code of its own credential and no other; a picture in which none could be read still is what it is. */
export function agreedWith(finding: FileFinding, reports: readonly VerificationReport[]): FileFinding {
  if (finding.sealed === undefined) return finding;
  const ids = reports.map(({ jwt }) => (jwt === undefined ? undefined : credentialIdIn(jwt)));
  return ids.every(id => id === finding.sealed?.id) ? finding : unlike(finding.kind, 'CODE_DIFFERS');
}

function startsWith(bytes: Uint8Array, magic: string, at = 0): boolean {
  return [...magic].every((c, place) => bytes[at + place] === c.charCodeAt(0));
}
