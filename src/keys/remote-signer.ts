/**
 * The service's and the custodians' side of the talk with a signer (signer-contract.ts). Gives back what the signer said, in one form; whether
 * a signature is right is for key-service.ts to judge. Tokens and digests go into no error and no log.
 */
import { createPublicKey } from 'node:crypto';
import { fromBase64url, toBase64url } from '../shared/bytes.ts';
import { DomainError } from '../shared/errors.ts';
import { isSignerKey, isSignerSignature } from '../shared/shapes/shapes.ts';
import { parseStrictJson } from '../shared/strict-json.ts';
import type { KeyUse, PublicJwk } from './manifest.ts';
import { fromDerSignature } from './signature.ts';
import { MAX_SIGNER_BODY_BYTES } from './signer-contract.ts';

/** Where the signer is and how it knows us. */
export interface SignerSettings {
  /** Without trailing slash. */
  readonly url: string;
  /** Lets the service sign. */
  readonly token: string | undefined;
  /** Lets the custodians make and destroy keys. */
  readonly custodianToken: string | undefined;
  readonly timeoutSeconds: number;
}

export interface RemoteSigner {
  /** A pair of that name is in the signer, and only its public half leaves. @throws DomainError KEYS_EXIST, SIGNER_UNAVAILABLE, SIGNER_WRONG */
  readonly create: (wanted: { readonly label: string; readonly use: KeyUse }) => Promise<PublicJwk>;
  /** r‖s over that SHA-256, unchecked. @throws DomainError KEY_UNKNOWN, SIGNER_UNAVAILABLE, SIGNER_WRONG */
  readonly sign: (label: string, digest: Uint8Array) => Promise<Uint8Array>;
  /** Nobody can sign by that key any more. @throws DomainError KEY_UNKNOWN, SIGNER_UNAVAILABLE */
  readonly destroy: (label: string) => Promise<void>;
  /** @throws DomainError SIGNER_UNAVAILABLE */
  readonly demandHealth: () => Promise<void>;
}

/** The signer at that address; nothing is asked yet. */
export function remoteSigner(settings: SignerSettings): RemoteSigner {
  const { token, custodianToken } = settings;
  const key = (label: string): string => `/keys/${encodeURIComponent(label)}`;
  return {
    create: async ({ label, use }) => {
      const body = { label, use, alg: 'ES256' };
      const answer = await asked(settings, { method: 'POST', path: '/keys', token: custodianToken, body });
      if (!isSignerKey(answer) || answer.label !== label || !isOnCurve(answer.jwk)) throw wrong('建立密钥的应答');
      return answer.jwk;
    },
    sign: async (label, digest) => {
      const body = { alg: 'ES256', digest: toBase64url(digest) };
      const answer = await asked(settings, { method: 'POST', path: `${key(label)}/signatures`, token, body });
      const signature = isSignerSignature(answer) ? toRaw(fromBase64url(answer.signature)) : undefined;
      if (!signature) throw wrong('签名的形式');
      return signature;
    },
    destroy: async label => {
      await asked(settings, { method: 'DELETE', path: key(label), token: custodianToken });
    },
    demandHealth: async () => {
      await asked(settings, { method: 'GET', path: '/health', token: token ?? custodianToken });
    },
  };
}

interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly token: string | undefined;
  readonly body?: unknown;
}

/** The JSON of a good answer, or undefined for one that is empty or no JSON. */
async function asked(settings: SignerSettings, question: Question): Promise<unknown> {
  if (question.token === undefined) {
    const name = question.method === 'POST' && question.path !== '/keys' ? 'SIGNER_TOKEN' : 'SIGNER_CUSTODIAN_TOKEN';
    throw unavailable(`请用 ZHICHENG_${name} 或 ZHICHENG_${name}_FILE 提供签名服务的令牌`);
  }
  const { status, text } = await answered(settings, question);
  if (status === 401 || status === 403) throw unavailable('签名服务不接受本机的令牌，请核对令牌文件');
  if (status === 404) throw new DomainError('KEY_UNKNOWN', '签名服务里没有这把密钥的私钥；请核对签名服务，或停用它并另建密钥。');
  if (status === 409) throw new DomainError('KEYS_EXIST', '签名服务里已有同名密钥，请重新运行。');
  if (status < 200 || status > 299) throw unavailable(`签名服务应答 ${status}，请查看它的日志`);
  return text.length > MAX_SIGNER_BODY_BYTES ? undefined : parseStrictJson(text);
}

const TRIES = 3;
const PAUSE_MS = 200;

/** Asks again only where nobody was there to hear: anything else may have been done already. */
async function answered(settings: SignerSettings, question: Question): Promise<{ status: number; text: string }> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(settings, question);
    } catch (error) {
      if (attempt < TRIES && isRefused(error)) {
        await new Promise(resolve => setTimeout(resolve, PAUSE_MS * attempt));
        continue;
      }
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      const what = isLate ? `签名服务 ${settings.timeoutSeconds} 秒内没有应答` : '连不上签名服务';
      throw unavailable(`${what}，请检查它是否在运行、ZHICHENG_SIGNER_URL 是否无误`, error);
    }
  }
}

async function once({ url, timeoutSeconds }: SignerSettings, question: Question): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}${question.path}`, {
    method: question.method,
    headers: { authorization: `Bearer ${question.token}`, 'content-type': 'application/json' },
    ...(question.body === undefined ? {} : { body: JSON.stringify(question.body) }),
    redirect: 'error', // the token is for this address alone
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  return { status: response.status, text: await response.text() };
}

/** fetch wraps what the socket says. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function toRaw(signature: Uint8Array | undefined): Uint8Array | undefined {
  return signature?.length === 64 ? signature : signature && fromDerSignature(signature);
}

function isOnCurve(jwk: PublicJwk): boolean {
  try {
    createPublicKey({ key: { ...jwk }, format: 'jwk' });
    return true;
  } catch {
    return false; // the engine throws for x and y that are no point of P-256
  }
}

const RETRY_SECONDS = 30;

function unavailable(what: string, cause?: unknown): DomainError {
  return new DomainError('SIGNER_UNAVAILABLE', `${what}；恢复后从停下处继续。`, { retryAfterSeconds: RETRY_SECONDS, cause });
}

function wrong(what: string): DomainError {
  return new DomainError('SIGNER_WRONG', `签名服务给出的${what}不对，未被采用；请停用签名服务并联系系统管理员。`);
}
