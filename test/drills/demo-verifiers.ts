/** Who checks certificates in the drills on the demo: the page, the command line, a registration body and its webhook. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { PERSONAS } from '../../src/cli/demo/personas.ts';
import {
  verifyWebhook,
  ZhichengClient,
  type CertificateState,
  type Match,
  type Result,
} from '../../src/client/zhicheng-client.ts';
import { projectFile } from '../../src/shared/project.ts';
import type { TrustDocument } from '../../src/shared/shapes/shapes.ts';
import { readTrust } from '../../src/verification/trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { Demo, Held } from './demo-steps.ts';

export interface Verifiers {
  readonly page: (held: readonly Held[]) => Promise<readonly string[]>;
  readonly commandLine: (held: readonly Held[]) => Promise<readonly string[]>;
  readonly registration: (held: readonly Held[]) => Promise<readonly (Match | undefined)[]>;
  /** What it says of each number, asked with the holder's ID number. */
  readonly byNumber: (held: readonly Held[]) => Promise<readonly (Match | undefined)[]>;
  /** What the webhook told of each number last. */
  readonly told: ReadonlyMap<string, Told>;
}

/** The state from then on, or that the key is gone. */
export type Told = CertificateState | 'KEY_REVOKED';

export async function verifiersOf(
  t: ExecutionContext,
  demo: Demo,
  env: NodeJS.ProcessEnv,
): Promise<Verifiers> {
  const { client, told } = await aRegistrationBody(t, demo);
  return {
    told,
    page: async held => {
      const trust = await readTrust((await (await fetch(`${demo.at}/trust`)).json()) as TrustDocument);
      const now = Math.floor(Date.now() / 1000);
      return Promise.all(held.map(async ({ verifyUrl }) => (await verify(verifyUrl, trust, now)).verdict));
    },
    commandLine: async held => verdictsOfCli(demo, env, held),
    registration: async held => {
      const items = held.map(({ verifyUrl }) => ({ credential: verifyUrl }));
      const { results } = await client.verify(items, { purpose: 'PRACTICE_REGISTRATION' });
      return results.map(matchIn);
    },
    byNumber: async held => {
      const { results } = await client.verify(itemsOf(held), { purpose: 'PRACTICE_REGISTRATION' });
      return results.map(matchIn);
    },
  };
}

const matchIn = (result: Result): Match | undefined => (result.outcome === 'match' ? result : undefined);

/** The versions of a number are one person's, told by the demo of its first. */
function itemsOf(held: readonly Held[]): readonly { number: string; idNumber: string }[] {
  const idNumbers = new Map(PERSONAS.map(({ id, holder }) => [id, holder.idNumber]));
  return held.map(({ number }) => {
    const { persona } = held.find(each => each.number === number) as Held & { persona: string };
    return { number, idNumber: idNumbers.get(persona) ?? '' };
  });
}

/** The command `verify --trust` with a file that was saved just now, once for each text, in one process. */
async function verdictsOfCli(
  demo: Demo,
  env: NodeJS.ProcessEnv,
  held: readonly Held[],
): Promise<readonly string[]> {
  const trust = join(demo.folder, 'trust.json');
  await demo.cli('trust', '--save', trust);
  const texts = join(demo.folder, 'texts.json');
  writeFileSync(texts, JSON.stringify(held.map(({ verifyUrl }) => verifyUrl)));
  const script = `
    import { readFileSync } from 'node:fs';
    import { verifyCommand } from ${JSON.stringify(pathToFileURL(projectFile('dist/src/cli/verify.js')).href)};
    for (const text of JSON.parse(readFileSync(${JSON.stringify(texts)}, 'utf8'))) {
      await verifyCommand.run([text, '--trust', ${JSON.stringify(trust)}, '--json']);
      process.stdout.write('\\0');
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env,
    maxBuffer: 64 * 2 ** 20,
  });
  const reports = stdout.split('\0').slice(0, -1);
  return reports.map(report => (JSON.parse(report) as { verdict: string }).verdict);
}

/** A registration body whose system has verified every certificate, subscribed to all and listens to notifications. */
async function aRegistrationBody(
  t: ExecutionContext,
  demo: Demo,
): Promise<{ client: ZhichengClient; told: ReadonlyMap<string, Told> }> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  const { id: clientId } = await demo.call<{ id: string }>(await demo.desk('guanli'), 'POST /api/clients', {
    organisationCode: '12120199TEXT002959',
    name: '执业注册平台（测试）',
    key: { kty, crv, x },
  });
  const client = new ZhichengClient({ origin: demo.at, clientId, privateKey });
  const told = new Map<string, Told>();
  let secret = '';
  const hook = createServer((request, response) => {
    void bodyOf(request).then(body => {
      const { number, state, type } = verifyWebhook(request.headers, body, secret);
      told.set(number, type === 'certificate.key-revoked' ? 'KEY_REVOKED' : state);
      response.writeHead(204).end();
    });
  });
  await once(hook.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => hook.close());
  const { port } = hook.address() as AddressInfo;
  ({ secret = '' } = await client.setWebhook(`http://127.0.0.1:${port}/hook`));
  const items = itemsOf(demo.held);
  const { results } = await client.verify(items, { purpose: 'PRACTICE_REGISTRATION' });
  t.deepEqual([...new Set(results.map(({ outcome }) => outcome))], ['match']);
  for (const number of new Set(items.map(each => each.number))) await client.subscribe(number);
  return { client, told };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
