/** The signer's side of the contract, over real HTTP: who may do what, what is refused, and what its log says and does not say. */
import { request } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { aFaultySigner, CUSTODIAN_TOKEN, SERVICE_TOKEN } from './faulty-hsm.ts';

const LABEL = 'key-4-0123456789abcdef';
const DIGEST = Buffer.alloc(32, 7).toString('base64url');
const ORDER = { alg: 'ES256', digest: DIGEST };
const WANTED = { label: LABEL, use: 'certificates', alg: 'ES256' };

/** @param call `DELETE /keys/key-4` */
type Asking = (call: string, body?: unknown, token?: string) => Promise<{ status: number; text: string }>;

async function aDesk(t: ExecutionContext) {
  const signer = await aFaultySigner(t);
  const asking =
    (usual: string): Asking =>
    async (call, body, token = usual) => {
      const [method = '', path = ''] = call.split(' ');
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const answer = await fetch(`${signer.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: text }),
      });
      return { status: answer.status, text: await answer.text() };
    };
  return { signer, service: asking(SERVICE_TOKEN), custodian: asking(CUSTODIAN_TOKEN) };
}

test('a key is made, signs, is counted and is destroyed; then nothing signs by it', async t => {
  const { signer, service, custodian } = await aDesk(t);

  const made = await custodian('POST /keys', WANTED);
  const again = await custodian('POST /keys', WANTED);
  const signed = [
    await service(`POST /keys/${LABEL}/signatures`, ORDER),
    await service(`POST /keys/${LABEL}/signatures`, ORDER),
  ];
  const gone = await custodian(`DELETE /keys/${LABEL}`);
  const after = await service(`POST /keys/${LABEL}/signatures`, ORDER);

  t.deepEqual(
    [made, again, ...signed, gone, after].map(({ status }) => status),
    [201, 409, 200, 200, 204, 404],
  );
  t.deepEqual(Object.keys(JSON.parse(made.text) as object), ['label', 'alg', 'jwk']);
  t.false(made.text.includes('"d"'));
  t.deepEqual(
    signer.lines.map(({ event, key, signatures }) => [event, key, signatures]),
    [
      ['created', LABEL, undefined],
      ['signed', LABEL, 1],
      ['signed', LABEL, 2],
      ['destroyed', LABEL, 2],
    ],
  );
});

test("the service's token makes and destroys no key, the custodians' signs nothing, and any other does nothing", async t => {
  const { service, custodian } = await aDesk(t);
  await custodian('POST /keys', WANTED);
  const sign = [`POST /keys/${LABEL}/signatures`, ORDER] as const;

  t.is((await service('POST /keys', { ...WANTED, label: 'key-5-0123456789abcdef' })).status, 403);
  t.is((await service(`DELETE /keys/${LABEL}`)).status, 403);
  t.is((await custodian(...sign)).status, 403);
  for (const token of ['', 'x', SERVICE_TOKEN.slice(1), `${SERVICE_TOKEN}0`, SERVICE_TOKEN.toUpperCase()]) {
    t.is((await service(...sign, token)).status, 401, token);
    t.is((await service('GET /health', undefined, token)).status, 401, token);
  }
  t.deepEqual([(await service('GET /health')).status, (await custodian('GET /health')).status], [200, 200]);
});

test('nothing is signed but a SHA-256 by ES256, and no pair is made but for that', async t => {
  const { signer, service, custodian } = await aDesk(t);
  await custodian('POST /keys', WANTED);

  const orders: Readonly<Record<string, unknown>> = {
    'no algorithm': { digest: DIGEST },
    'another algorithm': { ...ORDER, alg: 'ES384' },
    'none at all': { ...ORDER, alg: 'none' },
    'the text itself': { alg: 'ES256', input: 'eyJhbGciOiJFUzI1NiJ9.e30' },
    '31 bytes': { ...ORDER, digest: Buffer.alloc(31).toString('base64url') },
    '48 bytes': { ...ORDER, digest: Buffer.alloc(48).toString('base64url') },
    'bits left over': { ...ORDER, digest: `${DIGEST.slice(0, -1)}_` },
    'one member more': { ...ORDER, label: LABEL },
    'one member twice': `{"alg":"none","alg":"ES256","digest":"${DIGEST}"}`,
    'no JSON': 'sign this',
    nothing: '',
  };
  for (const [name, order] of Object.entries(orders))
    t.is((await service(`POST /keys/${LABEL}/signatures`, order)).status, 400, name);
  for (const change of [
    { alg: 'RS256' },
    { use: 'anything' },
    { label: 'root' },
    { label: 'key-0-0123456789abcdef' },
    { curve: 'P-384' },
  ])
    t.is((await custodian('POST /keys', { ...WANTED, ...change })).status, 400, JSON.stringify(change));
  t.is(signer.countOf('key-4'), 0);
});

test('other keys of the same token are out of reach, whatever the path looks like', async t => {
  const { service } = await aDesk(t);

  for (const path of [
    '/keys/root/signatures',
    '/keys/..%2Fkey-4/signatures',
    '/keys//signatures',
    `/keys/${LABEL}0/signatures`,
    '/keys/%00/signatures',
  ])
    t.is((await service(`POST ${path}`, ORDER)).status, 404, path);
});

test('a body without end is cut off, and the connection with it', async t => {
  const { signer, custodian } = await aDesk(t);

  const long = await custodian('POST /keys', `"${'x'.repeat(100_000)}"`).catch(() => ({ status: 400 }));
  const endless = await new Promise<number | undefined>(resolve => {
    const headers = { authorization: `Bearer ${CUSTODIAN_TOKEN}` };
    const asking = request(`${signer.url}/keys`, { method: 'POST', headers }, answer =>
      resolve(answer.statusCode),
    );
    asking.on('error', () => resolve(400)); // cut off before the answer could be read
    asking.write('x'.repeat(5000));
  });

  t.deepEqual([long.status, endless], [400, 400]);
});

test('the log names keys and counts, and holds neither tokens nor digests, also when the HSM fails', async t => {
  const { signer, service, custodian } = await aDesk(t);
  await custodian('POST /keys', WANTED);
  await service(`POST /keys/${LABEL}/signatures`, ORDER);
  signer.breakWith('error');
  const failed = await service(`POST /keys/${LABEL}/signatures`, ORDER);

  t.is(failed.status, 503);
  t.like(signer.lines.at(-1), { event: 'failed', error: 'C_Sign 0x30' });
  const said = JSON.stringify(signer.lines) + failed.text;
  for (const secret of [SERVICE_TOKEN, CUSTODIAN_TOKEN, DIGEST]) t.false(said.includes(secret));
});
