/**
 * The credential of a use copy: composed from what the certificate itself says, linted, signed by the key of use copies, and checked as
 * a verifier will check it, before anybody is given it. Keeps nothing: a copy that is signed and not kept never leaves this process.
 */
import { useCopyFor, type CopyUse, type TitleClaims } from '../certificate/credential.ts';
import { lintUseCopy } from '../certificate/lint.ts';
import { encodeQr } from '../certificate/qr/codec.ts';
import { sign } from '../certificate/sign.ts';
import type { Certificate } from '../certificate/store.ts';
import { demandValid, secondOpinion, SelfCheckFailed } from '../issuance/self-check.ts';
import { keyId } from '../keys/manifest.ts';
import { publish } from '../revocation/publish.ts';
import type { Act } from '../shared/act.ts';
import { isTitlePayload } from '../shared/shapes/shapes.ts';
import { parseJwsPart } from '../shared/strict-json.ts';
import type { PlainDate } from '../shared/time.ts';
import { currentTrust } from '../verification/current-trust.ts';
import type { World } from '../world.ts';
import { fitting } from './use-copy.ts';

export interface CopyOrder {
  readonly certificate: Certificate;
  readonly use: CopyUse;
  readonly copy: number;
  readonly validThrough: PlainDate;
}

export interface SignedCopy {
  readonly keyId: string;
  readonly jwt: string;
  readonly qrText: string;
}

/**
 * @throws DomainError QR_TOO_LARGE for words that fit no code, KEY_UNKNOWN, KEY_RETIRED, KEY_OUTSIDE_WINDOW, LINT_FAILED, SELF_CHECK_FAILED
 */
export async function signUseCopy(world: World, act: Act, order: CopyOrder): Promise<SignedCopy> {
  const { certificate, use, copy, validThrough } = order;
  const { version, list, index } = certificate;
  const key = await world.keys.keyFor({ use: 'use-copies', at: act.at });
  const signer = await world.keys.signer(key.number);
  // the check below believes only lists that are in force and say what the changes say
  await publish(world, { ...act, actor: 'system:publisher' });
  const trust = await currentTrust(world, act.at);
  const at = Math.max(act.at, ...[...trust.lists.values()].map(each => each.signedAt));

  const parts = { claims: claimsIn(certificate), version, list, index, issuedAt: act.at };
  const credential = lintUseCopy(useCopyFor({ ...parts, use, copy, validThrough }, world.issuer));
  const jwt = await sign(credential, signer);
  const qrText = fitting(() => encodeQr(jwt, trust.forms, trust.issuer));
  await demandValid({ jwt, qrText }, { ...trust, takenAt: at }, at);
  await secondOpinion(trust.manifest, key.number, at)(jwt);
  return { keyId: keyId(key.number), jwt, qrText };
}

/** As they were signed: not as an application, which may have been corrected since, has them now. */
function claimsIn({ jwt }: Certificate): TitleClaims {
  const payload = parseJwsPart(jwt.split('.')[1] ?? '');
  if (!isTitlePayload(payload)) throw new SelfCheckFailed('证书原文');
  const { printedName, ...subject } = payload.vc.credentialSubject;
  return { ...subject, ...(printedName === undefined ? {} : { printedName }) };
}
