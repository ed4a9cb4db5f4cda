/** What the README tells a newcomer to do, done as written, with one demo for all of it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'ava';
import { projectFile } from '../src/shared/project.ts';

const README = readFileSync(projectFile('README.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'zhicheng-readme-'));
const PATH = process.env['PATH'] ?? '';
let demo: ChildProcess | undefined;
let at = '';

test.before(async () => {
  const port = await freePort();
  at = `http://localhost:${port}`;
  const env = {
    PATH,
    PORT: String(port),
    ZHICHENG_DATA_DIR: folder,
    ZHICHENG_PUBLIC_KEYS_DIR: join(folder, 'public-keys'),
    ZHICHENG_COLLECTION_POLICY: 'qa',
  };
  const started = spawn(process.execPath, [projectFile('dist/src/cli/main.js'), 'demo'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  demo = started;
  for await (const line of createInterface(started.stdout)) if (line.startsWith('演示证书均由')) break;
});

test.after.always(() => {
  demo?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the README's script of that name against the demo. */
function walk(name: string): {
  readonly status: number | null;
  readonly said: string;
  readonly fault: string;
} {
  const [, script = ''] = new RegExp(`\`\`\`js ${name}\\n([\\s\\S]*?)\`\`\``).exec(README) ?? [];
  const walked = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: projectFile('.'),
    env: { PATH, ZHICHENG_AT: at },
    encoding: 'utf8',
  });
  return { status: walked.status, said: walked.stdout, fault: walked.stderr };
}

test.serial(
  "the README's walk takes one application from the exam to a certificate that verifies",
  async t => {
    const { status, said, fault } = walk('walk');
    const [number, url] = said.trim().split(' ');
    const answer = await fetch(`${at}/api/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: url }),
    });

    t.is(status, 0, fault);
    t.regex(number ?? '', /^D12\d{11}$/);
    t.is(((await answer.json()) as { verdict: string }).verdict, 'valid');
  },
);

test.serial("the README's walk through every way to check finds what each of them promises", t => {
  const { status, said, fault } = walk('anyone');

  t.is(status, 0, fault);
  t.deepEqual(said.trim().split('\n'), [
    'share code: 有效 工程师',
    'file: original valid 天津样例人才有限公司',
    'three facts and a code: 有效 王𬭎',
    'registration body: 有效 / no-match',
    'events: certificate.suspended, certificate.resumed',
  ]);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
