/**
 * Whether a PDF is the bureau's original: one signature over every byte but its own, CMS of exactly our form, by a files key of the
 * manifest under the pinned root; the certificates in it may be of a root before that one. Pure; interprets no page. Printing it anew, editing it and updating it all leave it without one (R28).
 */
import { attributesOf, readCms, type ReadCms } from '../certificate/pdf/cms.ts';
import {
  countRanges,
  signatureIn,
  signedRange,
  toLatin1,
  type SignedRange,
} from '../certificate/pdf/signed-range.ts';
import { credentialIdIn } from '../certificate/file-seal.ts';
import { importPublicJwk, type PublicJwk } from '../keys/manifest.ts';
import { hasLowS } from '../keys/signature.ts';
import { pointOf, type X509 } from '../keys/x509.ts';
import { joined } from '../shared/der.ts';
import type { Instant } from '../shared/time.ts';
import { sealFinding, sha256Of, unlike, type FileFinding } from './file-finding.ts';
import type { Trust } from './trust.ts';

export async function checkPdf(bytes: Uint8Array, trust: Trust, at: Instant): Promise<FileFinding> {
  const text = toLatin1(bytes);
  const count = countRanges(text);
  if (count === 0) return unlike('pdf', 'NO_SEAL');
  const range = signedRange(bytes, text);
  const der = range && signatureIn(range.digits);
  const cms = der && readCms(der);
  if (!range || !cms) return unlike('pdf', 'FOREIGN_SEAL');

  const key = trust.manifest.keys.find(({ jwk }) => isSame(jwk, cms.leaf.jwk));
  if (!key)
    return unlike('pdf', (await isUnder(cms.leaf, trust.root, trust)) ? 'UNKNOWN_KEY' : 'FOREIGN_SEAL');
  if (!(await isSound(cms, trust))) return unlike('pdf', 'BAD_SEAL');
  // before anything is searched for: what a stranger appended may be made to take long
  if (count > 1 || !(await isUnchanged(range, cms))) return unlike('pdf', 'ALTERED');
  const said = saidIn(text);
  if (!said) return unlike('pdf', 'BAD_SEAL');
  const claim = { kind: 'pdf', ...said, input: attributesOf(cms), signature: cms.signature } as const;
  return sealFinding(claim, key, { trust, at });
}

async function isUnchanged({ before, after, isWhole }: SignedRange, { digest }: ReadCms): Promise<boolean> {
  return isWhole && (await sha256Of([before, after])) === hexOf(digest);
}

/**
 * The certificates are the ones that the signature stands for, in the one form of their signatures. The files key vouches for its own, which
 * names the root beside it; the manifest vouches for the files key. So a file outlives the root under which it was made.
 */
async function isSound({ leaf, root, leafHash }: ReadCms, trust: Trust): Promise<boolean> {
  const isNamed = (await sha256Of([leaf.der])) === hexOf(leafHash);
  const isRootNamed = (await sha256Of([pointOf(root.jwk)])).startsWith(hexOf(leaf.authority));
  return isNamed && isRootNamed && (await isUnder(leaf, root.jwk, trust)) && isUnder(root, root.jwk, trust);
}

async function isUnder({ signed, signature }: X509, root: PublicJwk, trust: Trust): Promise<boolean> {
  if (!hasLowS(signature)) return false;
  try {
    return await trust.check(await importPublicJwk(root), joined([signed]), signature);
  } catch {
    return false; // the engine throws for a signature that is none
  }
}

/** When it was signed, and which credential it carries: each said once, in the signed bytes. */
function saidIn(text: string): { readonly id: string; readonly madeAt: Instant } | undefined {
  const times = [...text.matchAll(/\/M \(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z\)/g)];
  const files = [...text.matchAll(/\/Type \/EmbeddedFile\n[^]{0,400}?stream\n([A-Za-z0-9_.-]+)\nendstream/g)];
  const [, year, month, day, hour, minute, second] = times.length === 1 ? (times[0] ?? []) : [];
  const id = files.length === 1 ? credentialIdIn(files[0]?.[1] ?? '') : undefined;
  const madeAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) / 1000;
  return id === undefined || Number.isNaN(madeAt) ? undefined : { id, madeAt };
}

function isSame(one: PublicJwk, other: PublicJwk): boolean {
  return one.x === other.x && one.y === other.y;
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
