/** Requests with one thing wrong each, by name (T26). */
import { JULY_30 } from '../support/bureau.ts';
import { aKeyPair, digestOf, signed, type Parts, type send, type Signer } from './signing.ts';

export const TARGET = '/api/v1/echo';
export const BODY = JSON.stringify({ word: '职称' });
export const POSTED = { method: 'POST', target: TARGET, body: BODY };

export function headersOf(signer: Signer, changes: Partial<Parts> = {}): Record<string, string> {
  return signed(signer, { ...POSTED, created: JULY_30, ...changes });
}

/** @param ours a client with an Ed25519 key @param p256 another one with a P-256 key */
export function wrongRequests(ours: Signer, p256: Signer): Record<string, Parameters<typeof send>[1]> {
  const good = (): Record<string, string> => headersOf(ours);
  const head = good()['signature-input'] ?? '';
  const inputOf = (change: (input: string) => string): Record<string, string> => ({
    ...good(),
    'signature-input': change(head),
  });
  return {
    'no signature at all': { ...POSTED, headers: { 'content-type': 'application/json' } },
    'another method': { ...POSTED, method: 'PUT', headers: headersOf(ours, { method: 'POST' }) },
    'signed for another method': { ...POSTED, headers: headersOf(ours, { method: 'GET' }) },
    'another path': { ...POSTED, headers: headersOf(ours, { target: '/api/v1/other' }) },
    'a query added': { ...POSTED, target: `${TARGET}?a=1`, headers: good() },
    'another host': { ...POSTED, headers: headersOf(ours, { origin: 'https://evil.example' }) },
    'a host that only the Host header names': {
      ...POSTED,
      headers: { ...headersOf(ours, { origin: 'http://evil.example' }), host: 'evil.example' },
    },
    'the origin in other letters': {
      ...POSTED,
      headers: headersOf(ours, { origin: 'http://LOCALHOST:3000' }),
    },
    'another body': { ...POSTED, body: JSON.stringify({ word: '职务' }), headers: good() },
    'a body and its own digest, which was not signed': {
      ...POSTED,
      body: '{"word":""}',
      headers: { ...good(), 'content-digest': digestOf('{"word":""}') },
    },
    'a blank behind the body': { ...POSTED, body: `${BODY} `, headers: good() },
    'no digest': { ...POSTED, headers: without(good(), 'content-digest') },
    'two digests': {
      ...POSTED,
      headers: { ...good(), 'content-digest': `${digestOf(BODY)}, sha-512=:AAAA:` },
    },
    'method not covered': {
      ...POSTED,
      headers: headersOf(ours, { components: ['@target-uri', 'content-digest'] }),
    },
    'target not covered': {
      ...POSTED,
      headers: headersOf(ours, { components: ['@method', 'content-digest'] }),
    },
    'digest not covered': {
      ...POSTED,
      headers: headersOf(ours, { components: ['@method', '@target-uri'] }),
    },
    'a component more': {
      ...POSTED,
      headers: headersOf(ours, {
        components: ['@method', '@target-uri', 'content-digest', 'content-type'],
      }),
    },
    'a component twice': {
      ...POSTED,
      headers: headersOf(ours, { components: ['@method', '@target-uri', 'content-digest', '@method'] }),
    },
    'an Idempotency-Key that was not signed': {
      ...POSTED,
      headers: { ...good(), 'idempotency-key': 'order-2021-0001' },
    },
    'another Idempotency-Key than signed': {
      ...POSTED,
      headers: {
        ...headersOf(ours, { idempotencyKey: 'order-2021-0001' }),
        'idempotency-key': 'order-2021-0002',
      },
    },
    'the signed Idempotency-Key taken away': {
      ...POSTED,
      headers: without(headersOf(ours, { idempotencyKey: 'order-2021-0001' }), 'idempotency-key'),
    },
    'an unknown client': { ...POSTED, headers: headersOf(ours, { keyId: 'f'.repeat(32) }) },
    "another client's id": { ...POSTED, headers: headersOf(ours, { keyId: p256.client.id }) },
    'a key of nobody': { ...POSTED, headers: headersOf({ ...ours, keys: aKeyPair() }) },
    'a P-256 key said to be ed25519': { ...POSTED, headers: headersOf(p256, { algorithm: 'ed25519' }) },
    'an Ed25519 key said to be ecdsa': {
      ...POSTED,
      headers: headersOf(ours, { algorithm: 'ecdsa-p256-sha256' }),
    },
    'an algorithm that we do not take': {
      ...POSTED,
      headers: headersOf(ours, { algorithm: 'hmac-sha256' }),
    },
    'a short nonce': { ...POSTED, headers: headersOf(ours, { nonce: 'short' }) },
    'a long nonce': { ...POSTED, headers: headersOf(ours, { nonce: 'n'.repeat(65) }) },
    'no created': { ...POSTED, headers: inputOf(text => text.replace(/;created=\d+/, '')) },
    'created as a text': {
      ...POSTED,
      headers: inputOf(text => text.replace(/created=(\d+)/, 'created="$1"')),
    },
    'created with a fraction': {
      ...POSTED,
      headers: inputOf(text => text.replace(/created=(\d+)/, 'created=$1.5')),
    },
    'created twice': { ...POSTED, headers: inputOf(text => `${text};created=${JULY_30}`) },
    'a parameter more': { ...POSTED, headers: inputOf(text => `${text};tag="x"`) },
    'another label': {
      ...POSTED,
      headers: {
        ...good(),
        'signature-input': head.replace('zc=', 'sig1='),
        signature: (good()['signature'] ?? '').replace('zc=', 'sig1='),
      },
    },
    'two signatures': { ...POSTED, headers: inputOf(text => `${text}, other=();created=1`) },
    'two signature headers': {
      ...POSTED,
      headers: { ...good(), signature: [good()['signature'] ?? '', good()['signature'] ?? ''] },
    },
    'a signature cut short': { ...POSTED, headers: { ...good(), signature: 'zc=:AAAA:' } },
    'a signature of zeros': { ...POSTED, headers: { ...good(), signature: `zc=:${'A'.repeat(86)}==:` } },
    'base64 with stray bits': {
      ...POSTED,
      headers: { ...good(), signature: `zc=:${'A'.repeat(85)}B==:` },
    },
    'an absolute target': { ...POSTED, target: `http://localhost:3000${TARGET}`, headers: good() },
    'a very long head': {
      ...POSTED,
      headers: { ...good(), 'signature-input': `zc=(${'"@method" '.repeat(800)})` },
    },
    'blanks where none belong': {
      ...POSTED,
      headers: inputOf(text => text.replace(';created', '; created')),
    },
  };
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
