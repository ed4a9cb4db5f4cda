import test from 'ava';
import { addOrganisations } from '../../src/accounts/store.ts';
import { endEmployment, openEmployment } from '../../src/accounts/ties/store.ts';
import { entriesAfter } from '../../src/audit/store.ts';
import { toCsv } from '../../src/shared/csv.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { isStaffCertificatePage, type StaffCertificatePage } from '../../src/shared/shapes/shapes.ts';
import { dateAt } from '../../src/shared/time.ts';
import { anActor } from '../support/actor.ts';
import { idNumberOf } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { compromised } from '../support/leaked.ts';
import { aClerk, aScene, EVE, numberOf, OPENING, type Scene } from './a-holder.ts';

const OWN = '1'.repeat(32);
const OTHER = '2'.repeat(32);

/** Two employers; the people with these serials work for the named one. @returns ids of their employments */
async function employ(
  scene: Scene,
  serials: readonly number[],
  organisationId = OWN,
): Promise<readonly string[]> {
  const { world } = scene;
  return inTransaction(world.db, async tx => {
    await addOrganisations(tx, world.db, [
      { id: OWN, code: '91120199TEXT001130', name: '甲单位（测试）', capacities: ['employer'] },
      { id: OTHER, code: '91120199TEXT002133', name: '乙单位（测试）', capacities: ['employer'] },
    ]);
    const ids: string[] = [];
    for (const serial of serials) {
      const joining = { organisationId, idNumber: idNumberOf(serial), name: '张明远', from: '2021-01-01' };
      const id = await openEmployment(tx, world, joining);
      if (id !== undefined) ids.push(id);
    }
    return ids;
  });
}

function numbersIn(body: unknown): readonly string[] {
  return (body as StaffCertificatePage).items.flatMap(item => item.certificates.map(each => each.number));
}

async function exported(scene: Scene, body: unknown): Promise<Response> {
  return fetch(`${scene.service.url}/api/staff-certificates/export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

for (const database of databases()) {
  test(`${database.name}: a certificate whose key is revoked is not called valid on the employer's page or in its table`, async t => {
    const scene = await aScene(t, database);
    await employ(scene, [1]);
    scene.service.by = aClerk();
    await compromised(scene.world);

    const { body } = await scene.service.get('/api/staff-certificates');
    const csv = await (await exported(scene, { reason: '职称聘任核对' })).text();

    t.true(isStaffCertificatePage(body), JSON.stringify(body));
    t.regex(JSON.stringify(body), /"stateName":"签名密钥已作废，等待换发","keyRevokedAt":"2021-/);
    t.regex(csv, /签名密钥已作废，等待换发/);
    t.notRegex(csv, /,"?有效/);
  });

  // R34: an employer sees only people with a current employment link
  test(`${database.name}: an employer sees the certificates of those who work there, masked, and nobody else's`, async t => {
    const scene = await aScene(t, database, { holders: 3 });
    await employ(scene, [1]);
    await employ(scene, [2], OTHER);
    scene.service.by = aClerk();

    const answer = await scene.service.get('/api/staff-certificates');

    t.is(answer.status, 200);
    t.true(isStaffCertificatePage(answer.body), JSON.stringify(answer.body));
    t.deepEqual(numbersIn(answer.body), [numberOf(scene, 0)]);
    t.false(JSON.stringify(answer.body).includes(idNumberOf(1)));
  });

  test(`${database.name}: a leaver is seen on the last day and gone the day after`, async t => {
    const scene = await aScene(t, database);
    const [id = ''] = await employ(scene, [1]);
    const to = dateAt(OPENING);
    await inTransaction(scene.world.db, async tx => endEmployment(tx, scene.world.db, { id, to }));
    scene.service.by = aClerk();

    const lastDay = await scene.service.get('/api/staff-certificates');
    scene.turn(OPENING + 86_400);
    const dayAfter = await scene.service.get('/api/staff-certificates');

    t.deepEqual(numbersIn(lastDay.body), [numberOf(scene)]);
    t.deepEqual(dayAfter.body, { items: [], next: null });
  });

  test(`${database.name}: a long staff comes in pages that miss nobody and repeat nobody`, async t => {
    const scene = await aScene(t, database, { holders: 5 });
    await employ(scene, [1, 2, 3, 4, 5]);
    scene.service.by = aClerk();

    const seen: string[] = [];
    let next: string | null = '';
    for (let page = 0; page < 5 && next !== null; page += 1) {
      const after: string = next === '' ? '' : `&after=${next}`;
      const answer = await scene.service.get(`/api/staff-certificates?limit=2${after}`);
      seen.push(...numbersIn(answer.body));
      next = (answer.body as StaffCertificatePage).next;
    }

    t.is(next, null);
    t.deepEqual([...seen].sort(), scene.certificates.map(certificate => certificate.number).sort());
  });

  test(`${database.name}: an export gives a reason, which everyone in it is told`, async t => {
    const scene = await aScene(t, database, { holders: 2 });
    await employ(scene, [1, 2]);
    scene.service.by = aClerk();

    const response = await exported(scene, { reason: '年度职称聘任核对' });
    const bytes = Buffer.from(await response.arrayBuffer());
    const entries = (await entriesAfter(scene.world.db, 0, 1000)).filter(
      entry => entry.action === 'certificate.exported',
    );

    t.is(response.status, 200);
    t.regex(response.headers.get('content-type') ?? '', /^text\/csv/);
    t.regex(response.headers.get('content-disposition') ?? '', /staff-certificates-2021-08-15\.csv/);
    t.is(bytes.subarray(0, 3).toString('hex'), 'efbbbf');
    t.is(bytes.toString().trim().split('\r\n').length, 3);
    t.false(bytes.toString().includes(idNumberOf(1)));
    t.deepEqual(entries.map(entry => entry.subject).sort(), [...scene.applicationIds].sort());
    t.true(entries.every(entry => entry.detail.includes('年度职称聘任核对')));
  });
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('each look stands in the audit of everyone who was looked at', async t => {
  const scene = await aScene(t, sqlite, { holders: 2 });
  await employ(scene, [1, 2]);
  scene.service.by = aClerk();

  await scene.service.get('/api/staff-certificates');
  const entries = (await entriesAfter(scene.world.db, 0, 1000)).filter(
    entry => entry.action === 'certificate.viewed',
  );

  t.deepEqual(entries.map(entry => entry.subject).sort(), [...scene.applicationIds].sort());
  t.true(entries.every(entry => entry.detail.includes(OWN)));
});

test('a look at people without certificates leaves its trace too', async t => {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const scene = await aScene(t, sqlite);
  await employ(scene, [7]);
  scene.service.by = aClerk();

  await scene.service.get('/api/staff-certificates');
  await exported(scene, { reason: '年度职称聘任核对' });

  const entries = await entriesAfter(scene.world.db, 0, 1000);
  const looks = entries.filter(({ action }) => action.startsWith('staff-certificates.'));
  t.deepEqual(
    looks.map(({ action }) => action),
    ['staff-certificates.listed', 'staff-certificates.exported'],
  );
  t.true(looks.every(({ detail }) => detail.includes('"count":1')));
});

test('before its holder may collect it, the employer does not see a certificate either', async t => {
  const scene = await aScene(t, sqlite, { at: EVE });
  await employ(scene, [1]);
  scene.service.by = aClerk();

  t.deepEqual(numbersIn((await scene.service.get('/api/staff-certificates')).body), []);
});

test('no export without a reason that says something', async t => {
  const scene = await aScene(t, sqlite);
  scene.service.by = aClerk();

  for (const reason of [undefined, '', '   ', '核', 'x'.repeat(300), 7, '换\n行\n了']) {
    const response = await exported(scene, { reason });
    const { code } = (await response.json()) as { code: string };
    t.is(code, 'BODY_INVALID', JSON.stringify(reason));
  }
});

test('nobody but an employer’s clerk asks, and only by a grant of their own', async t => {
  const scene = await aScene(t, sqlite);

  scene.service.by = anActor('bureau', 'auditor', 'administrator');
  const bureau = await scene.service.get('/api/staff-certificates');
  scene.service.by = aClerk();
  const strange = await scene.service.get(`/api/staff-certificates?grant=${'9'.repeat(32)}`);
  const own = await scene.service.get(`/api/staff-certificates?grant=${'3'.repeat(32)}`);

  t.deepEqual([bureau.code, strange.code, own.status], ['FORBIDDEN', 'FORBIDDEN', 200]);
});

const CELLS: readonly [cell: string, written: string][] = [
  ['=1+1', "'=1+1"],
  ['+86', "'+86"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['  =1', "'  =1"],
  ['\t=1', "'\t=1"],
  ['＝1', "'＝1"],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ['甲,乙', '"甲,乙"'],
  ['建筑结构-设计', '建筑结构-设计'],
];

for (const [cell, written] of CELLS) {
  test(`a spreadsheet shows ${JSON.stringify(cell)} and calculates nothing`, t => {
    t.is(new TextDecoder('utf-8', { ignoreBOM: true }).decode(toCsv([[cell]])), `\ufeff${written}\r\n`);
  });
}
