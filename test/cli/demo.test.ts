/** The thirty people of the demo end where their stories say, and a second run changes nothing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { PERSONAS } from '../../src/cli/demo/personas.ts';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { projectFile } from '../../src/shared/project.ts';
import { databases, freshFolder, freshUrl } from '../support/database.ts';

interface Shown {
  readonly persona: string;
  readonly number: string;
  readonly version: number;
  readonly holder: string;
  readonly verifyUrl: string;
  readonly state: string;
  readonly file: string;
}

for (const database of databases()) {
  test(`the demo issues what is due, ends as the stories say, and continues on a second run, on ${database.name}`, async t => {
    const folder = freshFolder(t);
    const env = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: await freshUrl(t, database),
      ZHICHENG_DATA_DIR: folder,
      ZHICHENG_PUBLIC_KEYS_DIR: join(folder, 'public-keys'),
    };
    const zhicheng = (...words: readonly string[]) =>
      spawnSync(process.execPath, [projectFile('dist/src/cli/main.js'), ...words], { env, encoding: 'utf8' });
    const shownNow = (): Shown[] =>
      JSON.parse(readFileSync(join(folder, 'demo/demo.json'), 'utf8')) as Shown[];

    const first = zhicheng('demo', '--once');
    t.is(first.status, 0, first.stderr);
    const shown = shownNow();
    t.is(zhicheng('demo', '--once').status, 0);

    t.deepEqual(shownNow(), shown);
    for (const persona of PERSONAS) {
      const own = shown.filter(each => each.persona === persona.id);
      const last = own.at(-1);
      t.is(last?.state ?? null, persona.expected.finalCertificateState, persona.id);
      if (last && persona.expected.batchMonth) {
        const year = persona.expected.batchMonth.slice(0, 4);
        t.regex(last.number, new RegExp(`^${persona.qualification.levelLetter}12${year}\\d{7}$`), persona.id);
      }
    }
    t.deepEqual(
      shown.filter(each => each.persona === 'P29').map(each => each.state),
      ['SUPERSEDED', 'VALID'],
    );
    const sample = shown.find(each => each.persona === 'P04');
    t.is(await readOneCode(readFileSync(join(folder, 'demo', sample?.file ?? ''))), sample?.verifyUrl ?? '');
    const checked = zhicheng('fsck');
    t.is(checked.status, 0, checked.stdout);
  });
}
