/** What the README tells a newcomer to do, done as written. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { projectFile } from '../src/shared/project.ts';
import { freshFolder } from './support/database.ts';

test("the README's walk takes one application from the exam to a certificate that verifies", async t => {
  const [, walk = ''] =
    /```js walk\n([\s\S]*?)```/.exec(readFileSync(projectFile('README.md'), 'utf8')) ?? [];
  const folder = freshFolder(t);
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'] ?? '',
    PORT: String(port),
    ZHICHENG_DATA_DIR: folder,
    ZHICHENG_PUBLIC_KEYS_DIR: join(folder, 'public-keys'),
    ZHICHENG_COLLECTION_POLICY: 'qa',
  };
  const demo = spawn(process.execPath, [projectFile('dist/src/cli/main.js'), 'demo'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => demo.kill('SIGKILL'));
  for await (const line of createInterface(demo.stdout)) if (line.startsWith('演示证书均由')) break;

  const walked = spawnSync(process.execPath, ['--input-type=module', '--eval', walk], {
    cwd: projectFile('.'),
    env: { PATH: env.PATH, ZHICHENG_AT: `http://localhost:${port}` },
    encoding: 'utf8',
  });
  const [number, url] = walked.stdout.trim().split(' ');
  const answer = await fetch(`http://localhost:${port}/api/verify`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: url }),
  });

  t.is(walked.status, 0, walked.stderr);
  t.regex(number ?? '', /^D12\d{11}$/);
  t.is(((await answer.json()) as { verdict: string }).verdict, 'valid');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
