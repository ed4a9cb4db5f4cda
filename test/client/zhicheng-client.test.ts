/** The client that registration bodies copy: against the service, and against one that stumbles; and the same with curl and OpenSSL. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { ZhichengClient, ZhichengError, type ClientOptions } from '../../src/client/zhicheng-client.ts';
import type { Item, Purpose, VerificationAnswer } from '../../src/client/zhicheng-client.ts';
import { publish } from '../../src/revocation/publish.ts';
import type { RegistrationAnswer, RegistrationRequest } from '../../src/shared/shapes/shapes.ts';
import { projectFile } from '../../src/shared/project.ts';
import { newAct } from '../../src/world.ts';
import { aKeyPair, aSigner, type Signer } from '../clients/signing.ts';
import { aScene, byNumber, type Scene } from '../registrations/asking.ts';
import { JULY_30 } from '../support/bureau.ts';
import { databases, freshFolder } from '../support/database.ts';

/** The client's own types, where they meet the schemas: this compiles only while they agree. */
export const toShapes = (answer: VerificationAnswer): RegistrationAnswer =>
  structuredClone(answer) as RegistrationAnswer;
export const fromShapes = (answer: RegistrationAnswer): VerificationAnswer => answer;
export const asked = (items: Item[], purpose: Purpose): RegistrationRequest['purpose'] =>
  items.length > 0 ? purpose : 'OTHER';

const ORIGIN = 'http://localhost:3000';

function clientOf({ url, world }: Pick<Scene, 'url' | 'world'>, { client, keys }: Signer): ZhichengClient {
  return new ZhichengClient({
    origin: ORIGIN,
    clientId: client.id,
    privateKey: keys.privateKey,
    clock: world.clock,
    fetch: async (target, init) => fetch(String(target).replace(ORIGIN, url), init),
  });
}

for (const database of databases()) {
  for (const curve of ['Ed25519', 'P-256'] as const)
    test(`a body's program verifies with a few lines, by a key of ${curve} (${database.name})`, async t => {
      const scene = await aScene(t, database);
      const signer = await aSigner(scene.world, { serial: 901, curve });
      const zhicheng = clientOf(scene, signer);

      const { results } = await zhicheng.verify(
        [
          byNumber(scene.facts[0]),
          { credential: scene.certificates[1].qrText },
          { number: '旧证1号', idNumber: 'x' },
        ],
        { purpose: 'PRACTICE_REGISTRATION' },
      );
      const refused = await t.throwsAsync(
        zhicheng.verify([], { purpose: 'APPOINTMENT', idempotencyKey: 'order-2021-0001' }),
        { instanceOf: ZhichengError },
      );

      t.deepEqual(
        results.map(({ outcome }) => outcome),
        ['match', 'match', 'paper'],
      );
      const [first] = results;
      t.is(first?.outcome === 'match' && first.certificate.state, 'VALID');
      t.like(refused, { status: 400, code: 'BODY_INVALID' });
      t.regex(refused?.requestId ?? '', /^[0-9a-f]{32}$/);
    });

  test(`curl and OpenSSL do the same (${database.name})`, async t => {
    if (spawnSync('openssl', ['version']).status !== 0 || spawnSync('curl', ['--version']).status !== 0) {
      process.stderr.write('\n*** the curl example was NOT tested: install curl and openssl ***\n\n');
      t.pass();
      return;
    }
    const scene = await aScene(t, database);
    const { world, signer } = scene;
    // the example reads the machine's clock, so the service's is set by it
    scene.pass(Number(spawnSync('date', ['+%s'], { encoding: 'utf8' }).stdout) - JULY_30);
    await publish(world, newAct(world, 'test:publisher'));
    const key = join(freshFolder(t), 'client.pem');
    writeFileSync(key, signer.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const body = JSON.stringify({ purpose: 'CONTINUING_EDUCATION', items: [byNumber(scene.facts[0])] });
    const env = { ...process.env, ORIGIN, AT: scene.url, CLIENT_ID: signer.client.id, KEY: key };

    const { stdout } = await promisify(execFile)(
      'bash',
      [projectFile('test/clients/curl-example.sh'), body],
      { env },
    );

    t.like(JSON.parse(stdout), { results: [{ outcome: 'match', certificate: { state: 'VALID' } }] });
  });
}

interface Stumbling {
  readonly client: ZhichengClient;
  readonly requests: readonly IncomingMessage[];
  readonly waits: readonly number[];
}

type Reaction =
  'cut' | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A service that answers each request by the next of these, the last one for ever. */
async function stumbling(
  t: ExecutionContext,
  reactions: readonly Reaction[],
  options: Partial<ClientOptions> = {},
): Promise<Stumbling> {
  const requests: IncomingMessage[] = [];
  const waits: number[] = [];
  const server = createServer((request, response) => {
    const reaction = reactions[Math.min(requests.length, reactions.length - 1)];
    requests.push(request);
    if (reaction === undefined || reaction === 'cut') return void request.socket.destroy();
    response.writeHead(reaction.status, reaction.headers ?? {});
    response.end(reaction.body ?? '{"at":"2021-07-30T04:00:00Z","results":[]}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const client = new ZhichengClient({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: 'a'.repeat(32),
    privateKey: aKeyPair().privateKey,
    pause: async ms => {
      waits.push(ms);
      return Promise.resolve();
    },
    ...options,
  });
  return { client, requests, waits };
}

const ITEMS = [{ number: 'B1220210000011', idNumber: '1' }];
const FOR = { purpose: 'APPOINTMENT' } as const;

test('what is held up is sent again under the same Idempotency-Key, signed anew, after the time it is told', async t => {
  const busy = { status: 503, headers: { 'retry-after': '7' }, body: '{"code":"OVERLOADED"}' };
  const full = { status: 429, headers: { 'retry-after': '3' }, body: '{"code":"QUOTA_EXCEEDED"}' };
  const { client, requests, waits } = await stumbling(t, [busy, 'cut', full, { status: 200 }]);

  const { results } = await client.verify(ITEMS, FOR);

  t.deepEqual(results, []);
  t.deepEqual(waits, [7000, 2000, 3000]);
  t.is(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size, 1);
  t.is(new Set(requests.map(({ headers }) => headers['signature-input'])).size, 4);
});

test('a refusal is not sent again, nor is what would have to wait too long, nor for ever', async t => {
  const refused = await stumbling(t, [
    { status: 401, body: '{"code":"REQUEST_SIGNATURE_REFUSED","detail":"…"}' },
  ]);
  const tomorrow = await stumbling(t, [
    { status: 429, headers: { 'retry-after': '86000' }, body: '{"code":"QUOTA_EXCEEDED"}' },
  ]);
  const never = await stumbling(t, [{ status: 503, body: '<html>bad gateway</html>' }]);
  const gone = await stumbling(t, ['cut']);

  const first = await t.throwsAsync(refused.client.verify(ITEMS, FOR), { instanceOf: ZhichengError });
  const second = await t.throwsAsync(tomorrow.client.verify(ITEMS, FOR), { instanceOf: ZhichengError });
  const third = await t.throwsAsync(never.client.verify(ITEMS, FOR), { instanceOf: ZhichengError });
  await t.throwsAsync(gone.client.verify(ITEMS, FOR), { instanceOf: TypeError });

  t.like(first, { status: 401, code: 'REQUEST_SIGNATURE_REFUSED', retryAfterSeconds: undefined });
  t.like(second, { status: 429, code: 'QUOTA_EXCEEDED', retryAfterSeconds: 86_000 });
  t.like(third, { status: 503, code: '' });
  t.deepEqual(
    [refused, tomorrow, never, gone].map(({ requests }) => requests.length),
    [1, 1, 4, 4],
  );
});

test('a redirect is not followed: what was signed is for one address', async t => {
  const { client, requests } = await stumbling(t, [{ status: 307, headers: { location: '/elsewhere' } }], {
    tries: 1,
  });

  await t.throwsAsync(client.verify(ITEMS, FOR), { instanceOf: TypeError });

  t.is(requests.length, 1);
});

test('a key that requests cannot be signed with is refused when the client is made', t => {
  const { privateKey } = aKeyPair('P-256');
  const made = (key: ClientOptions['privateKey']): ZhichengClient =>
    new ZhichengClient({ origin: ORIGIN, clientId: 'a'.repeat(32), privateKey: key });

  t.notThrows(() => made(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string));
  t.throws(() => made('no key'));
});
