/**
 * Signs a request as Alibaba Cloud's gateways want it: ACS3-HMAC-SHA256 (阿里云 OpenAPI V3 版请求体与签名机制). Other Chinese providers
 * offer gateways of the same kind. Pure: nonce and instant come in.
 */
import { createHash, createHmac } from 'node:crypto';
import { isoAt, type Instant } from '../shared/time.ts';

const ALGORITHM = 'ACS3-HMAC-SHA256';

export interface Acs3Call {
  /** Endpoint; its query is replaced. */
  readonly url: string;
  readonly action: string;
  readonly version: string;
  readonly query: Readonly<Record<string, string>>;
}

export interface Acs3Credentials {
  readonly keyId: string;
  readonly keySecret: string;
  /** Never twice. */
  readonly nonce: string;
  readonly at: Instant;
}

/** A POST without body: where to and with which headers; `host` is among those signed and is set by the sender. */
export function signedCall(
  call: Acs3Call,
  { keyId, keySecret, nonce, at }: Acs3Credentials,
): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const target = new URL(call.url);
  const query = canonicalQuery(call.query);
  const emptyBody = sha256('');
  const headers = {
    host: target.host,
    'x-acs-action': call.action,
    'x-acs-content-sha256': emptyBody,
    'x-acs-date': isoAt(at),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': call.version,
  };
  const names = Object.keys(headers).join(';'); // written above in alphabetical order, as the signature wants them
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', target.pathname, query, lines.join(''), names, emptyBody].join('\n');
  const signature = createHmac('sha256', keySecret)
    .update(`${ALGORITHM}\n${sha256(request)}`)
    .digest('hex');
  const { host: _, ...sent } = headers;
  return {
    url: `${target.origin}${target.pathname}?${query}`,
    headers: {
      ...sent,
      authorization: `${ALGORITHM} Credential=${keyId},SignedHeaders=${names},Signature=${signature}`,
    },
  };
}

/** Names in code-point order, RFC 3986 escapes: those that encodeURIComponent leaves are escaped too. */
function canonicalQuery(query: Readonly<Record<string, string>>): string {
  const escaped = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return Object.entries(query)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
