/**
 * The last step of a file before it is handed out: the bureau's files key vouches for its bytes, so that whoever is given it later can tell
 * it from a screenshot or a conversion without asking us (R28). Signs files only, never a credential.
 */
import { createHash } from 'node:crypto';
import { withTextBeforePixels } from '../certificate/face/png.ts';
import type { FaceContent } from '../certificate/face/face.ts';
import { CREDENTIAL_KEYWORD, credentialIdIn, SEAL_KEYWORD, sealInput } from '../certificate/file-seal.ts';
import { withLowS } from '../keys/signature.ts';
import type { Act } from '../shared/act.ts';
import { fromBase64url, toBase64url } from '../shared/bytes.ts';
import type { World } from '../world.ts';

/** What a file is made from: its face, and the compact JWT of the credential that it carries. */
export interface FileSource {
  readonly content: FaceContent;
  readonly jwt: string;
}

/**
 * The PNG with its credential and, over everything else in it, the seal; read back from the finished bytes.
 * @throws DomainError GLYPH_MISSING, FACE_DOES_NOT_FIT, FACE_MISMATCH, KEY_UNKNOWN, KEY_RETIRED, KEY_OUTSIDE_WINDOW
 */
export async function sealedPng(world: World, act: Act, { content, jwt }: FileSource): Promise<Uint8Array> {
  const key = await world.keys.keyFor({ use: 'files', at: act.at });
  const signer = await world.keys.signer(key.number);
  const finish = async (png: Uint8Array): Promise<Uint8Array> => {
    const sha256 = createHash('sha256').update(png).digest('hex');
    const seal = { iss: world.issuer.did, iat: act.at, id: idOf(jwt), sha256 };
    const input = sealInput(seal, key.number);
    const text = `${input}.${lowS(await signer.sign(input))}`;
    return withTextBeforePixels(png, { keyword: SEAL_KEYWORD, text });
  };
  const texts = [{ keyword: CREDENTIAL_KEYWORD, text: jwt }];
  return world.renderer().renderChecked(content, { texts, finish });
}

function idOf(jwt: string): string {
  const id = credentialIdIn(jwt);
  if (id === undefined) throw new TypeError('sealedPng: expected the compact JWT of a credential');
  return id;
}

function lowS(signature: string): string {
  const bytes = fromBase64url(signature);
  if (bytes === undefined) throw new TypeError('lowS: expected base64url from the signer');
  return toBase64url(withLowS(bytes));
}
