import { createHash } from 'node:crypto';
import test from 'ava';
import sharp from 'sharp';
import { listFor } from '../../src/applications/list-applications.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { readOneCode } from '../../src/certificate/read-image.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import {
  isCollectionCertificate,
  isCollectionList,
  type CollectionCertificate,
  type CollectionList,
} from '../../src/shared/shapes/shapes.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { anAct, idNumberOf, JULY } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aScene, EVE, numberOf, OPENING } from './a-holder.ts';

for (const database of databases()) {
  // R17: collectable from the 15th of the month after the batch, 00:00 in Shanghai
  test(`${database.name}: before the 15th the holder sees 制证中 and the date, and no number`, async t => {
    const scene = await aScene(t, database, { at: EVE });

    const list = await scene.service.get('/api/me/certificates');
    const one = await scene.service.get(`/api/me/certificates/${numberOf(scene)}`);
    const file = await scene.service.get(`/api/me/certificates/${numberOf(scene)}/file`);

    t.true(isCollectionList(list.body), JSON.stringify(list.body));
    t.deepEqual(list.body, {
      items: [
        {
          state: 'IN_PRODUCTION',
          stateName: '制证中',
          collectFrom: '2021-08-15',
          applicationId: scene.applicationIds[0],
          qualification: '高级工程师',
          series: '工程技术人员',
          specialty: '建筑结构设计',
          level: 'B',
          levelName: '副高级',
        },
      ],
    });
    for (const answer of [one, file]) {
      t.is(answer.status, 409);
      t.is(answer.code, 'NOT_COLLECTABLE');
      t.regex(JSON.stringify(answer.body), /2021年8月15日/);
    }
  });

  test(`${database.name}: from the first second of the 15th the holder sees the certificate and collects its file`, async t => {
    const scene = await aScene(t, database);
    const path = `/api/me/certificates/${numberOf(scene)}`;
    const qrText = scene.certificates[0]?.qrText ?? 'none';

    const list = await scene.service.get('/api/me/certificates');
    const response = await fetch(`${scene.service.url}${path}/file`);
    const png = new Uint8Array(await response.arrayBuffer());
    const seen = await scene.service.get(path);
    const [files] = await scene.world.db.sequelize.query('SELECT sha256, size FROM certificate_files');

    t.true(isCollectionList(list.body), JSON.stringify(list.body));
    t.is((list.body as CollectionList).items.length, 1);
    t.is(response.headers.get('content-type'), 'image/png');
    t.regex(
      response.headers.get('content-disposition') ?? '',
      new RegExp(`^attachment; filename="certificate-${numberOf(scene)}-1\\.png"`),
    );
    t.is(await readOneCode(png), qrText);
    t.deepEqual(files, [{ sha256: createHash('sha256').update(png).digest('hex'), size: png.length }]);
    t.true(isCollectionCertificate(seen.body), JSON.stringify(seen.body));
    const view = seen.body as CollectionCertificate;
    t.is(view.stateName, '有效');
    t.is(view.verifyUrl, qrText);
    t.is(view.firstDownloadedAt, '2021-08-14T16:00:00Z');
    t.is(view.claims.name, '张明远');
    t.false(JSON.stringify(view).includes(idNumberOf(1)));
  });

  test(`${database.name}: the first download is recorded once, also when two come at once; each is audited`, async t => {
    const scene = await aScene(t, database);
    const path = `${scene.service.url}/api/me/certificates/${numberOf(scene)}/file`;
    const download = async (): Promise<number> => {
      const response = await fetch(path);
      return (await response.arrayBuffer()).byteLength;
    };

    const both = await Promise.all([download(), download()]);
    scene.turn(OPENING + 3600);
    await download();
    const [rows] = await scene.world.db.sequelize.query('SELECT account_id, at FROM collections');
    const entries = (await entriesAfter(scene.world.db, 0, 1000)).filter(
      entry => entry.action === 'certificate.downloaded',
    );

    t.is(new Set(both).size, 1);
    t.deepEqual(rows, [{ account_id: 'b'.repeat(32), at: OPENING }]);
    t.is(entries.length, 3);
    t.true(entries.every(entry => entry.subject === scene.applicationIds[0]));
    t.is(entries.filter(entry => entry.detail.includes('"first":true')).length, 1);
  });
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

// R18: under the policy of the Q&A a certificate is collectable as soon as it is made
test('under the policy of the questions and answers it is collectable at once', async t => {
  const scene = await aScene(t, sqlite, { at: anAct().at, policy: 'qa' });

  const answer = await scene.service.get(`/api/me/certificates/${numberOf(scene)}`);

  t.is(answer.status, 200);
});

test('another’s number answers exactly as one that was never given', async t => {
  const scene = await aScene(t, sqlite, { holders: 2 });

  for (const ending of ['', '/file']) {
    const others = await scene.service.get(`/api/me/certificates/${numberOf(scene, 1)}${ending}`);
    const absent = await scene.service.get(`/api/me/certificates/B1220990009996${ending}`);

    t.deepEqual(others, absent);
    t.is(others.code, 'NOT_FOUND');
  }
});

test('two people’s exchanged indexes show nobody another’s certificate or application', async t => {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const scene = await aScene(t, sqlite, { holders: 2 });
  const { db, cipher } = scene.world;
  const indexOf = (serial: number): string => cipher.indexOf(idNumberOf(serial), 'applications.id_number');
  const rename = async (from: string, to: string): Promise<unknown> =>
    db.sequelize.query('UPDATE applications SET id_number_index = ? WHERE id_number_index = ?', {
      replacements: [to, from],
    });
  await rename(indexOf(1), 'x');
  await rename(indexOf(2), indexOf(1));
  await rename('x', indexOf(2));

  const certificates = await scene.service.get('/api/me/certificates');
  const applications = await listFor(scene.world, { ...anAct(), by: aHolder(idNumberOf(1)) }, {});

  t.deepEqual(certificates.body, { items: [] });
  t.deepEqual(applications, { items: [], next: null });
});

test('somebody who holds nothing sees an empty list', async t => {
  const scene = await aScene(t, sqlite);
  scene.service.by = aHolder(idNumberOf(77));

  t.deepEqual((await scene.service.get('/api/me/certificates')).body, { items: [] });
});

test('staff of whatever duty have no certificates of their own here', async t => {
  const scene = await aScene(t, sqlite);
  scene.service.by = { ...anActor('bureau', 'handler', 'approver', 'auditor'), idNumber: idNumberOf(1) };

  t.is((await scene.service.get('/api/me/certificates')).code, 'FORBIDDEN');
});

// domain §5.2: the holder sees the reason and the ways of appeal; the file is no longer given
test('a revoked certificate is shown with its reason and the ways of appeal, and not given', async t => {
  const scene = await aScene(t, sqlite);
  const number = numberOf(scene);
  const revoked = { number, change: 'REVOKE', reason: 'FRAUD', document: '津人社撤〔2021〕1号' } as const;
  await changeState(scene.world, anAct(OPENING), revoked);

  const seen = await scene.service.get(`/api/me/certificates/${number}`);
  const file = await scene.service.get(`/api/me/certificates/${number}/file`);
  const { stateName, change } = seen.body as CollectionCertificate;

  t.true(isCollectionCertificate(seen.body), JSON.stringify(seen.body));
  t.is(stateName, '已撤销');
  t.is(change?.reasonName, '弄虚作假');
  t.is(change?.document, '津人社撤〔2021〕1号');
  t.is(change?.invalidFrom, '2021-07-09');
  t.regex(change?.appeal ?? '', /60 日.*行政复议.*6 个月.*行政诉讼/);
  t.is(file.code, 'STATE_CONFLICT');
});

test('while it is looked into a certificate is not given; when that ends by itself it is', async t => {
  const scene = await aScene(t, sqlite);
  const number = numberOf(scene);
  const suspended = { number, change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' } as const;
  await changeState(scene.world, anAct(OPENING), suspended);

  const during = await scene.service.get(`/api/me/certificates/${number}/file`);
  scene.turn(OPENING + 100 * 86_400);
  const after = await fetch(`${scene.service.url}/api/me/certificates/${number}/file`);
  await after.arrayBuffer();

  t.is(during.code, 'STATE_CONFLICT');
  t.is(after.status, 200);
});

test('after a correction the newest version is the one that is shown and given', async t => {
  const scene = await aScene(t, sqlite);
  const number = numberOf(scene);
  await requestCorrection(scene.world, anAct(), { number, name: '张明志', proof: '户口簿' });
  await releaseAll(scene.world, anAct(), { month: JULY, options: { unprintable: () => [] } });

  const list = await scene.service.get('/api/me/certificates');
  const response = await fetch(`${scene.service.url}/api/me/certificates/${number}/file`);
  const { format } = await sharp(new Uint8Array(await response.arrayBuffer())).metadata();
  const [first] = (list.body as CollectionList).items;

  t.is((list.body as CollectionList).items.length, 1);
  t.like(first, { number, version: 2, state: 'VALID', claims: { name: '张明志' } });
  t.regex(response.headers.get('content-disposition') ?? '', /-2\.png/);
  t.is(format, 'png');
});
