/**
 * The last step of a file before it is handed out: the bureau's files key vouches for its bytes, so that whoever is given it later can tell
 * it from a screenshot or a conversion without asking us (R28). Signs files only, never a credential.
 */
import { createHash } from 'node:crypto';
import type { FaceContent } from '../certificate/face/face.ts';
import { withTextBeforePixels } from '../certificate/face/png.ts';
import { CREDENTIAL_KEYWORD, credentialIdIn, SEAL_KEYWORD, sealInput } from '../certificate/file-seal.ts';
import { attributesOf, cmsOf } from '../certificate/pdf/cms.ts';
import { signedRange, toLatin1, withRange, withSignature } from '../certificate/pdf/signed-range.ts';
import type { FileFormat } from '../certificate/store.ts';
import type { Chain, Signer } from '../keys/keyring.ts';
import { withLowS } from '../keys/signature.ts';
import type { Act } from '../shared/act.ts';
import { fromBase64url, toBase64url } from '../shared/bytes.ts';
import type { World } from '../world.ts';

/** What a file is made from: its face, and the compact JWT of the credential that it carries. */
export interface FileSource {
  readonly content: FaceContent;
  readonly jwt: string;
  readonly format: FileFormat;
}

/**
 * The file with its credential and, over everything else in it, the bureau's seal; read back from the finished bytes.
 * @throws DomainError GLYPH_MISSING, FACE_DOES_NOT_FIT, FACE_MISMATCH, KEYS_MISSING, KEY_UNKNOWN, KEY_RETIRED, KEY_OUTSIDE_WINDOW
 */
export async function sealedFile(world: World, act: Act, source: FileSource): Promise<Uint8Array> {
  const { number } = await world.keys.keyFor({ use: 'files', at: act.at });
  const signer = await world.keys.signer(number);
  const { content, jwt, format } = source;
  switch (format) {
    case 'png': {
      const seal = { iss: world.issuer.did, iat: act.at, id: idOf(jwt) };
      const texts = [{ keyword: CREDENTIAL_KEYWORD, text: jwt }];
      return world.renderer().renderChecked(content, { texts, finish: png => sealPng(png, seal, signer) });
    }
    case 'pdf': {
      const chain = await world.keys.chain(number);
      const about = { credential: jwt, madeAt: act.at, signedBy: content.issuerName };
      return world.renderer().pdfChecked(content, { ...about, finish: pdf => signPdf(pdf, chain, signer) });
    }
    default:
      return format satisfies never;
  }
}

async function sealPng(
  png: Uint8Array,
  about: { readonly iss: string; readonly iat: number; readonly id: string },
  signer: Signer,
): Promise<Uint8Array> {
  const input = sealInput({ ...about, sha256: sha256(png).toString('hex') }, signer.number);
  const text = `${input}.${toBase64url(await signatureBy(signer, input))}`;
  return withTextBeforePixels(png, { keyword: SEAL_KEYWORD, text });
}

/** PAdES B-B (ETSI EN 319 142-1 §6): the range is written first, for it is part of what is signed. */
async function signPdf(pdf: Uint8Array, { leaf, root }: Chain, signer: Signer): Promise<Uint8Array> {
  const ranged = withRange(pdf);
  const range = signedRange(ranged, toLatin1(ranged));
  if (!range?.isWhole) throw new TypeError('signPdf: expected a PDF with room for one signature');
  const digest = createHash('sha256').update(range.before).update(range.after).digest();
  const about = { digest, leafHash: sha256(leaf.der) };
  const signature = await signatureBy(signer, attributesOf(about));
  return withSignature(range, cmsOf({ ...about, leaf, root, signature }));
}

async function signatureBy(signer: Signer, input: string | Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = fromBase64url(await signer.sign(input));
  if (bytes === undefined) throw new TypeError('signatureBy: expected base64url from the signer');
  return withLowS(bytes);
}

function idOf(jwt: string): string {
  const id = credentialIdIn(jwt);
  if (id === undefined) throw new TypeError('sealedFile: expected the compact JWT of a credential');
  return id;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
