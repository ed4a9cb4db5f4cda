/** Registration bodies that sign their requests, rightly or with any part changed, over HTTP. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { request } from 'node:http';
import { addClient } from '../../src/clients/change-clients.ts';
import type { ApiClient } from '../../src/clients/client.ts';
import type { ClientPublicKey } from '../../src/shared/shapes/shapes.ts';
import { newAct, type World } from '../../src/world.ts';
import { anOrganisation, organisationCodeOf } from '../support/people.ts';

export type Curve = 'Ed25519' | 'P-256';

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly jwk: ClientPublicKey;
}

export interface Signer {
  readonly client: ApiClient;
  readonly keys: KeyPair;
}

export function aKeyPair(curve: Curve = 'Ed25519'): KeyPair {
  const pair =
    curve === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey: pair.privateKey, jwk: pair.publicKey.export({ format: 'jwk' }) as ClientPublicKey };
}

/** A client of a registration body, entered by an operator, with its private key. @param serial makes another organisation of it */
export async function aSigner(
  world: World,
  options: { curve?: Curve; serial?: number; perMinute?: number; perDay?: number } = {},
): Promise<Signer> {
  const { curve, serial = 900, perMinute, perDay } = options;
  const code = organisationCodeOf(serial);
  await anOrganisation(world, { code, name: `测试注册中心 ${serial}`, capacities: ['registration-body'] });
  const keys = aKeyPair(curve);
  const wanted = { organisationCode: code, name: '执业注册平台', key: keys.jwk, perMinute, perDay };
  return { keys, client: await addClient(world, newAct(world, 'test:administrator'), wanted) };
}

/** What a request is made of; every part may be made wrong. */
export interface Parts {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly origin: string;
  readonly created: number;
  readonly nonce: string;
  readonly keyId: string;
  readonly algorithm: string;
  readonly components: readonly string[];
  readonly idempotencyKey: string | undefined;
}

export function aNonce(): string {
  return randomBytes(18).toString('base64url');
}

export function digestOf(body: string): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

/** The headers of a signed request. */
export function signed(
  { client, keys }: Signer,
  parts: Partial<Parts> & Pick<Parts, 'method' | 'target' | 'created'>,
): Record<string, string> {
  const { method, target, body = '', origin = 'http://localhost:3000', created, idempotencyKey } = parts;
  const { nonce = aNonce(), keyId = client.id } = parts;
  const isEd = keys.jwk.crv === 'Ed25519';
  const { algorithm = isEd ? 'ed25519' : 'ecdsa-p256-sha256' } = parts;
  const values: Record<string, string> = {
    '@method': method,
    '@target-uri': origin + target,
    'content-digest': digestOf(body),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
  const components = parts.components ?? Object.keys(values);
  const said = `(${components.map(name => `"${name}"`).join(' ')});created=${created};nonce="${nonce}";keyid="${keyId}";alg="${algorithm}"`;
  const lines = components.map(name => `"${name}": ${values[name] ?? ''}`);
  const base = Buffer.from([...lines, `"@signature-params": ${said}`].join('\n'));
  const bytes = isEd
    ? sign(null, base, keys.privateKey)
    : sign('sha256', base, { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return {
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
    'content-digest': values['content-digest'] ?? '',
    'signature-input': `zc=${said}`,
    signature: `zc=:${bytes.toString('base64')}:`,
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly code: unknown;
  readonly retryAfter: string | undefined;
}

/** Sends exactly that, whatever it is: fetch would mend some of it. */
export async function send(
  url: string,
  sent: {
    method: string;
    target: string;
    headers: Record<string, string | readonly string[]>;
    body?: string | undefined;
  },
): Promise<Answered> {
  const { hostname, port } = new URL(url);
  const { method, target, body = '' } = sent;
  const headers = {
    ...sent.headers,
    ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { hostname, port, method, path: target, headers: headers as Record<string, string>, agent: false },
      response => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const read: unknown = text === '' ? undefined : JSON.parse(text);
          resolve({
            status: response.statusCode ?? 0,
            body: read,
            code: (read as { code?: unknown } | undefined)?.code,
            retryAfter: response.headers['retry-after'],
          });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Signs and sends one request as a client should. */
export async function ask(
  { url, world }: { url: string; world: World },
  signer: Signer,
  asked: { method?: string; target: string; body?: unknown; idempotencyKey?: string },
): Promise<Answered> {
  const { method = 'POST', target, idempotencyKey } = asked;
  const body = asked.body === undefined ? '' : JSON.stringify(asked.body);
  const headers = signed(signer, { method, target, body, created: world.clock(), idempotencyKey });
  return send(url, { method, target, headers, body });
}
