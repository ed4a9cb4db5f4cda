/**
 * Whether a PNG is the bureau's original: one seal, by a files key of the manifest, about every other byte of the file. Pure; decodes no
 * pixels. Whatever re-encodes, crops or strips a picture loses the seal, whatever edits it breaks it (R28).
 */
import { CREDENTIAL_KEYWORD, SEAL_KEYWORD, credentialIdIn, readSeal } from '../certificate/file-seal.ts';
import { chunksOf, isUnder, textUnder, type Chunk } from '../certificate/png-chunks.ts';
import { crc32 } from '../shared/bytes.ts';
import type { Instant } from '../shared/time.ts';
import { namedKey, sealFinding, sha256Of, unlike, type FileFinding } from './file-finding.ts';
import type { Trust } from './trust.ts';

export async function checkPng(bytes: Uint8Array, trust: Trust, at: Instant): Promise<FileFinding> {
  const { chunks, isWhole } = chunksOf(bytes);
  const [chunk, ...more] = chunks.filter(each => isUnder(SEAL_KEYWORD, each));
  if (chunk === undefined) return unlike('png', 'NO_SEAL');
  if (more.length > 0) return unlike('png', 'ALTERED');
  const read = readSeal(textUnder(SEAL_KEYWORD, chunk) ?? '');
  if (read === undefined || !hasOwnCrc(bytes, chunk)) return unlike('png', 'BAD_SEAL');

  const { kid, seal, input, signature } = read;
  if (seal.iss !== trust.issuer.did) return unlike('png', 'FOREIGN_SEAL');
  const key = namedKey(kid, trust);
  if (key === undefined)
    return unlike('png', kid.startsWith(`${seal.iss}#key-`) ? 'UNKNOWN_KEY' : 'BAD_SEAL');
  const claim = { kind: 'png', id: seal.id, madeAt: seal.iat, input, signature } as const;
  const finding = await sealFinding(claim, key, { trust, at });
  if (finding.original === 'not-original') return finding;
  const digest = await sha256Of([bytes.subarray(0, chunk.start), bytes.subarray(chunk.end)]);
  const isUnchanged = isWhole && isBeforePixels(chunk, chunks) && digest === seal.sha256;
  return isUnchanged && isAbout(seal.id, chunks) ? finding : unlike('png', 'ALTERED');
}

/** The digest covers every other chunk's checksum; the seal's own must hold too, or a byte of the file could differ unseen. */
function hasOwnCrc(bytes: Uint8Array, { start, end }: Chunk): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return crc32(bytes.subarray(start + 4, end - 4)) === view.getUint32(end - 4);
}

function isBeforePixels(seal: Chunk, chunks: readonly Chunk[]): boolean {
  return chunks.find(chunk => chunk.type === 'IDAT')?.start === seal.end;
}

/** The file carries one credential, the one that its seal names. */
function isAbout(id: string, chunks: readonly Chunk[]): boolean {
  const carried = chunks.filter(chunk => isUnder(CREDENTIAL_KEYWORD, chunk));
  const [first] = carried;
  return (
    carried.length === 1 &&
    first !== undefined &&
    credentialIdIn(textUnder(CREDENTIAL_KEYWORD, first) ?? '') === id
  );
}
