/** The rules on imports, read from the import lines themselves: they point left, kinds keep to their packages, one choke point signs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { projectFile } from '../src/shared/project.ts';

/** Left to right; a folder imports only from itself and from those before it. */
const ORDER = [
  'shared',
  'db',
  'http',
  'audit',
  'messages',
  'accounts',
  'calendar',
  'keys',
  'certificate',
  'applications',
  'review',
  'revocation',
  'verification',
  'issuance',
  'changes',
  'collection',
  'inspection',
  'lookups',
  'sharing',
  'copies',
  'feedback',
  'clients',
  'registrations',
  'webhooks',
];
const LEAVES = ['cli', 'web', 'client', 'signer'];
/** Files at the top of src that anyone may take types from. */
const COMMON = ['config.ts', 'world.ts'];

const ROOT = projectFile('src');
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
  name => /\.(ts|vue)$/.test(name) && !name.startsWith('shared/shapes/'),
);

interface ImportLine {
  readonly file: string;
  readonly from: string;
  readonly isType: boolean;
}

const IMPORTS: readonly ImportLine[] = FILES.flatMap(file =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^import (type )?[^'"]*?['"]([^'"]+)['"]/gms)].map(
    match => ({
      file,
      isType: match[1] !== undefined,
      from: match[2] ?? '',
    }),
  ),
);

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

function targetOf({ file, from }: ImportLine): string | undefined {
  return from.startsWith('.') ? join(file, '..', from) : undefined;
}

test('imports point left', t => {
  const wrong = IMPORTS.filter(line => {
    const target = targetOf(line);
    const [here, there] = [folderOf(line.file), target === undefined ? '' : folderOf(target)];
    if (target === undefined || LEAVES.includes(here) || here === '' || here === there) return false;
    if (there === '') return !COMMON.includes(target) && !target.startsWith('..');
    return LEAVES.includes(there) || ORDER.indexOf(there) > ORDER.indexOf(here);
  });

  t.deepEqual(
    wrong.map(line => `${line.file} → ${line.from}`),
    [],
  );
});

const OWNERS: readonly [name: string, owner: RegExp][] = [
  ['sequelize', /^db\/|\/store\.ts$/],
  ['mysql2', /^db\//],
  ['umzug', /^db\//],
  ['koa', /^http\/|^app\.ts$|routes\.ts$|^accounts\/signed-in\.ts$|^clients\/signed-request\.ts$/],
  ['@koa/router', /^http\/|^app\.ts$|routes\.ts$/],
  ['sharp', /^certificate\/|^applications\/attachment\//],
  ['qrcode', /^certificate\/qr\/symbol\.ts$|^web\/desk\/people\//],
  ['did-jwt-vc', /^certificate\/sign\.ts$|^issuance\/self-check\.ts$/],
  ['vue', /^web\//],
  ['koffi', /^signer\/pkcs11-module\.ts$/],
  ['pino', /^world\.ts$|^http\/|^cli\//],
];

for (const [name, owner] of OWNERS) {
  test(`${name} is imported only by its owners`, t => {
    const strangers = IMPORTS.filter(line => line.from === name && !owner.test(line.file));

    t.deepEqual(
      strangers.map(line => line.file),
      [],
    );
  });
}

test('did-jwt-vc never verifies in the verification module', t => {
  t.false(
    IMPORTS.some(line => /^(verification|web)\//.test(line.file) && /did-jwt|did-resolver/.test(line.from)),
  );
});

test('two files reach the signer: one of certificates, one of use copies', t => {
  const callers = IMPORTS.filter(line => targetOf(line) === 'certificate/sign.ts' && !line.isType).map(
    line => line.file,
  );

  t.deepEqual([...callers].sort(), [
    'copies/sign-use-copy.ts',
    'issuance/issue-batch.ts',
    'issuance/reserve.ts',
  ]);
  t.regex(
    readFileSync(join(ROOT, 'issuance/reserve.ts'), 'utf8'),
    /import \{ payloadHash \} from '\.\.\/certificate\/sign\.ts'/,
  );
});

test('only world.ts reads the clock and draws randomness for the domain', t => {
  const readers = FILES.filter(file => {
    if (/^(world\.ts|cli\/|web\/|client\/|db\/|main\.ts|service\.ts)/.test(file)) return false;
    const text = readFileSync(join(ROOT, file), 'utf8');
    return /Date\.now\(\)|new Date\(\)|Math\.random\(\)/.test(text);
  });

  t.deepEqual(readers, []);
});

test('only config.ts is handed the environment', t => {
  const readers = FILES.filter(file => /process\.env/.test(readFileSync(join(ROOT, file), 'utf8')));
  const wrong = readers.filter(
    file => !/readConfig\(process\.env\)/.test(readFileSync(join(ROOT, file), 'utf8')),
  );

  t.deepEqual(
    wrong.filter(file => file !== 'config.ts'),
    [],
  );
});
