/** The service's side of the talk with a signer: what it believes, what it says when there is no answer, and that its token stays with it. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { remoteSigner, type SignerSettings } from '../../src/keys/remote-signer.ts';
import { toDerSignature } from '../../src/keys/signature.ts';
import { DomainError } from '../../src/shared/errors.ts';

const LABEL = 'key-4-0123456789abcdef';
const DIGEST = Buffer.alloc(32, 7);
const RAW = Buffer.alloc(64, 0x11);
const SECRETS = { token: 'a-token-that-must-stay-here', custodianToken: 'another-that-must-stay-here', timeoutSeconds: 30 };

/** A server that answers everything in that way. */
async function answering(t: ExecutionContext, listener: RequestListener): Promise<SignerSettings> {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...SECRETS };
}

/** The code of the failure, whose words hold no secret. */
async function codeOf(t: ExecutionContext, asking: Promise<unknown>): Promise<string | undefined> {
  const error = await t.throwsAsync(asking, { instanceOf: DomainError });
  t.false(/must-stay-here|BwcHBwcH/.test(`${String(error)} ${String(error?.cause)}`));
  return error?.code;
}

const giving = (status: number, body: string): RequestListener => (_, response) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
};
const signature = (bytes: Uint8Array): string => JSON.stringify({ alg: 'ES256', signature: Buffer.from(bytes).toString('base64url') });

test('a signature comes as r‖s, whether it was sent so or in DER', async t => {
  for (const sent of [RAW, toDerSignature(RAW)]) {
    const signer = remoteSigner(await answering(t, giving(200, signature(sent))));

    t.deepEqual(Buffer.from(await signer.sign(LABEL, DIGEST)), RAW);
  }
});

const WRONG: Readonly<Record<string, readonly [status: number, body: string, code: string]>> = {
  'an empty answer': [200, '', 'SIGNER_WRONG'],
  'no JSON': [200, '<html>', 'SIGNER_WRONG'],
  'another algorithm': [200, signature(RAW).replace('ES256', 'ES384'), 'SIGNER_WRONG'],
  'one byte short': [200, signature(RAW.subarray(1)), 'SIGNER_WRONG'],
  'one byte more': [200, signature(Buffer.alloc(65)), 'SIGNER_WRONG'],
  'DER with something behind it': [200, signature(Buffer.concat([toDerSignature(RAW), Buffer.of(0)])), 'SIGNER_WRONG'],
  'an answer without end': [200, `${signature(RAW)}${' '.repeat(5000)}`, 'SIGNER_WRONG'],
  'a wrong token': [401, '', 'SIGNER_UNAVAILABLE'],
  'a forbidden call': [403, '', 'SIGNER_UNAVAILABLE'],
  'an unknown key': [404, '', 'KEY_UNKNOWN'],
  'a refused order': [400, '', 'SIGNER_UNAVAILABLE'],
  'a fault of its own': [500, '', 'SIGNER_UNAVAILABLE'],
  'nothing ready': [503, '', 'SIGNER_UNAVAILABLE'],
};
for (const [name, [status, body, code]] of Object.entries(WRONG)) {
  test(`a signer that gives ${name} is told apart from one that signs`, async t => {
    const signer = remoteSigner(await answering(t, giving(status, body)));

    t.is(await codeOf(t, signer.sign(LABEL, DIGEST)), code);
  });
}

test('a public key that is no point of P-256, or of another label, is not taken', async t => {
  const point = { kty: 'EC', crv: 'P-256', x: DIGEST.toString('base64url'), y: DIGEST.toString('base64url') };
  for (const label of [LABEL, 'key-5-0123456789abcdef']) {
    const body = JSON.stringify({ label, alg: 'ES256', jwk: point });
    const signer = remoteSigner(await answering(t, giving(201, body)));

    t.is(await codeOf(t, signer.create({ label: LABEL, use: 'certificates' })), 'SIGNER_WRONG');
  }
});

test('a redirect is not followed: the token is for one address', async t => {
  const heard: string[] = [];
  const elsewhere = await answering(t, (request, response) => {
    heard.push(request.headers.authorization ?? '');
    response.end(signature(RAW));
  });
  const signer = remoteSigner(
    await answering(t, (_, response) => void response.writeHead(307, { location: `${elsewhere.url}/keys` }).end()),
  );

  t.is(await codeOf(t, signer.sign(LABEL, DIGEST)), 'SIGNER_UNAVAILABLE');
  t.deepEqual(heard, []);
});

test('an order that may have been heard is not sent twice', async t => {
  let heard = 0;
  const signer = remoteSigner(
    await answering(t, request => {
      heard += 1;
      request.socket.destroy();
    }),
  );

  t.is(await codeOf(t, signer.sign(LABEL, DIGEST)), 'SIGNER_UNAVAILABLE');
  t.is(heard, 1);
});

test('where nobody listens, and where nobody answers in time, the signer is unavailable', async t => {
  const gone = createServer();
  await new Promise<void>(resolve => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise(resolve => gone.close(resolve));
  const silent = await answering(t, () => undefined);

  t.is(await codeOf(t, remoteSigner({ ...SECRETS, url: `http://127.0.0.1:${port}` }).sign(LABEL, DIGEST)), 'SIGNER_UNAVAILABLE');
  t.is(await codeOf(t, remoteSigner({ ...silent, timeoutSeconds: 1 }).demandHealth()), 'SIGNER_UNAVAILABLE');
});

test('each side uses its own token, and without it asks nothing', async t => {
  const heard: (string | undefined)[] = [];
  const settings = await answering(t, (request, response) => {
    heard.push(`${request.method} ${request.headers.authorization}`);
    response.writeHead(204).end();
  });

  await remoteSigner(settings).destroy(LABEL);
  await codeOf(t, remoteSigner(settings).sign(LABEL, DIGEST));
  const without = remoteSigner({ ...settings, token: undefined, custodianToken: undefined });
  t.is(await codeOf(t, without.sign(LABEL, DIGEST)), 'SIGNER_UNAVAILABLE');
  t.is(await codeOf(t, without.destroy(LABEL)), 'SIGNER_UNAVAILABLE');

  t.deepEqual(heard, [`DELETE Bearer ${SECRETS.custodianToken}`, `POST Bearer ${SECRETS.token}`]);
});
