import test from 'ava';
import { certificatesFor } from '../../src/certificate/store.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { specimenQrText } from '../../src/collection/preview.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { anAct, idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aClerk, aScene } from './a-holder.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('a specimen shows what will be printed, spends no number, verifies never and leaves a trace', async t => {
  const scene = await aScene(t, sqlite, { release: false });
  const [id = ''] = scene.applicationIds;
  scene.service.by = anActor('bureau', 'handler');

  const response = await fetch(`${scene.service.url}/api/applications/${id}/preview`);
  const text = await readOneCode(new Uint8Array(await response.arrayBuffer()));
  const report = await verify(text, await currentTrust(scene.world, anAct().at), anAct().at);
  const entries = await entriesAfter(scene.world.db, 0, 1000);
  const [files] = await scene.world.db.sequelize.query('SELECT id FROM certificate_files');

  t.is(response.status, 200);
  t.is(response.headers.get('content-type'), 'image/png');
  t.is(text, specimenQrText(scene.world.issuer.origin));
  t.is(report.verdict, 'not-ours');
  t.deepEqual(await certificatesFor(scene.world.db, [id]), []);
  t.deepEqual(files, []);
  t.is(entries.at(-1)?.action, 'certificate-preview.viewed');
  t.is(entries.at(-1)?.subject, id);
});

const REFUSED = [
  { name: 'the holder', by: aHolder(idNumberOf(1)), code: 'FORBIDDEN' },
  { name: 'an employer', by: aClerk(), code: 'FORBIDDEN' },
  { name: 'the revocation officer', by: anActor('bureau', 'revocation-officer'), code: 'FORBIDDEN' },
] as const;

for (const { name, by, code } of REFUSED) {
  test(`no specimen for ${name}`, async t => {
    const scene = await aScene(t, sqlite, { release: false });
    scene.service.by = by;

    t.is((await scene.service.get(`/api/applications/${scene.applicationIds[0]}/preview`)).code, code);
  });
}

test('once the certificate is made there is no specimen of it', async t => {
  const scene = await aScene(t, sqlite);
  scene.service.by = anActor('bureau', 'approver');

  const answer = await scene.service.get(`/api/applications/${scene.applicationIds[0]}/preview`);

  t.is(answer.code, 'APPLICATION_STATE');
});
