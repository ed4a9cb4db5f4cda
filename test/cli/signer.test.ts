/** `zhicheng signer` starts with nothing less than it needs; with a token it is tested in test/signer/softhsm.test.ts. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { projectFile } from '../../src/shared/project.ts';
import { freshFolder } from '../support/database.ts';

test('a signer refuses secrets that everybody can read, that are short or the same, and a library that is none', t => {
  const folder = freshFolder(t);
  const file = (name: string, text: string, mode = 0o600): string => {
    writeFileSync(join(folder, name), text, { mode });
    return join(folder, name);
  };
  const [pin, service, custodian] = [
    file('pin', '1234'),
    file('s', 's'.repeat(32)),
    file('c', 'c'.repeat(32)),
  ];
  const start = (
    changes: Readonly<Record<string, string>>,
  ): { readonly code: number | null; readonly err: string } => {
    const options: Readonly<Record<string, string>> = {
      ...{ module: '/nowhere/none.so', token: 'none', 'pin-file': pin, 'service-token-file': service },
      ...{ 'custodian-token-file': custodian, ...changes },
    };
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const main = projectFile('dist/src/cli/main.js');
    const done = spawnSync(process.execPath, [main, 'signer', ...words], { env: {}, encoding: 'utf8' });
    return { code: done.status, err: done.stderr };
  };

  const cases: readonly [changes: Readonly<Record<string, string>>, said: RegExp][] = [
    [{ 'pin-file': file('open', '1234', 0o644) }, /^CONFIG_INVALID：--pin-file .*chmod 600/],
    [{ 'pin-file': join(folder, 'absent') }, /^CONFIG_INVALID：--pin-file .*不存在/],
    [{ 'service-token-file': file('short', 'short') }, /^CONFIG_INVALID：--service-token-file .*32/],
    [{ 'custodian-token-file': service }, /^CONFIG_INVALID：两个令牌不得相同/],
    [{}, /^SIGNER_UNAVAILABLE：打不开令牌/],
  ];
  for (const [changes, said] of cases) {
    const { code, err } = start(changes);
    t.is(code, 1, JSON.stringify(changes));
    t.regex(err, said);
  }
});
