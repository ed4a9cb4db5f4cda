import test from 'ava';
import type { Grant } from '../../src/accounts/role.ts';
import { addGrants } from '../../src/accounts/people/store.ts';
import { addOrganisations } from '../../src/accounts/store.ts';
import type { AuditFact } from '../../src/audit/entry.ts';
import { recordLook } from '../../src/audit/look.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { inspectionRoutes } from '../../src/inspection/routes.ts';
import { isAuditList, isLookList } from '../../src/shared/shapes/shapes.ts';
import type { World } from '../../src/world.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { served } from '../support/api.ts';
import { aBureau, anAct, idNumberOf, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const CLERK = 'c'.repeat(32);
const DEPARTMENT = {
  id: 'd'.repeat(32),
  code: '12120000TEST000019',
  name: '天津市住建委（测试）',
  capacities: ['department'],
} as const;

async function look(world: World, actor: string, ...facts: readonly AuditFact[]): Promise<void> {
  await recordLook(world, { ...anAct(JULY_30 + 60), actor }, facts);
}

/** The clerk acts for the department. */
async function withDepartment(world: World): Promise<void> {
  const grant: Grant = {
    id: 'e'.repeat(32),
    organisationId: DEPARTMENT.id,
    capacity: 'department',
    duty: 'clerk',
  };
  await inTransaction(world.db, async tx => {
    await addOrganisations(tx, world.db, [DEPARTMENT]);
    await addGrants(tx, world.db, { accountId: CLERK, added: [grant] });
  });
}

for (const database of databases()) {
  const on = `: ${database.name}`;

  test(`a holder sees who looked at their own applications, and nothing of anybody else${on}`, async t => {
    const world = await aBureau(t, database);
    await withDepartment(world);
    const [mine = '', theirs = ''] = await takeIn(world, [someCells(1), someCells(2)]);
    const holder = aHolder(idNumberOf(1));
    await look(
      world,
      CLERK,
      { action: 'application.viewed', subject: mine },
      { action: 'application.viewed', subject: theirs },
    );
    await look(world, holder.accountId, { action: 'application.viewed', subject: mine });
    await look(world, CLERK, { action: 'application.approved', subject: mine });
    const detail = { capacity: 'bureau', organisationId: DEPARTMENT.id, name: '王某' };
    await look(world, 'f'.repeat(32), { action: 'attachment.downloaded', subject: mine, detail });
    await look(world, 'cli:operator', { action: 'applications.exported', subject: mine });
    const service = await served(t, world, inspectionRoutes);
    service.by = holder;

    const { status, body } = await service.get('/api/me/looks');

    t.is(status, 200);
    t.true(isLookList(body));
    const at = '2021-07-30T04:01:00Z';
    t.deepEqual(body, {
      looks: [
        { at, action: 'applications.exported', applicationId: mine, by: [] },
        {
          at,
          action: 'attachment.downloaded',
          applicationId: mine,
          by: [{ capacity: 'bureau', organisation: DEPARTMENT.name }],
        },
        {
          at,
          action: 'application.viewed',
          applicationId: mine,
          by: [{ capacity: 'department', organisation: DEPARTMENT.name }],
        },
      ],
      next: null,
    });
  });

  test(`looks come in pages, newest first, none twice${on}`, async t => {
    const world = await aBureau(t, database);
    const [mine = ''] = await takeIn(world, [someCells(1)]);
    for (let n = 1; n <= 5; n += 1) await look(world, CLERK, { action: `step-${n}.viewed`, subject: mine });
    const service = await served(t, world, inspectionRoutes);
    service.by = aHolder(idNumberOf(1));

    const seen: string[] = [];
    for (let before = ''; ;) {
      const { body } = await service.get(`/api/me/looks?limit=2${before}`);
      if (!isLookList(body)) return t.fail('not a list of looks');
      seen.push(...body.looks.map(({ action }) => action));
      if (body.next === null) break;
      before = `&before=${body.next}`;
    }

    t.deepEqual(
      seen,
      [5, 4, 3, 2, 1].map(n => `step-${n}.viewed`),
    );
  });

  test(`the auditor pages through the audit both ways, and by subject and actor${on}`, async t => {
    const world = await aBureau(t, database);
    for (let n = 1; n <= 5; n += 1)
      await look(world, n % 2 === 0 ? CLERK : 'cli:operator', {
        action: 'batch.viewed',
        subject: `2021-0${n}`,
      });
    const service = await served(t, world, inspectionRoutes);
    service.by = anActor('bureau', 'auditor');
    const seqs = async (query: string): Promise<unknown> => {
      const { body } = await service.get(`/api/audit?${query}`);
      return isAuditList(body) ? [body.entries.map(({ seq }) => seq), body.next] : body;
    };

    t.deepEqual(await seqs(''), [[1, 2, 3, 4, 5], null]);
    t.deepEqual(await seqs('limit=2'), [[1, 2], 2]);
    t.deepEqual(await seqs('limit=2&after=4'), [[5], null]);
    t.deepEqual(await seqs('order=desc&limit=2'), [[5, 4], 4]);
    t.deepEqual(await seqs('order=desc&after=4'), [[3, 2, 1], null]);
    t.deepEqual(await seqs(`actor=${CLERK}`), [[2, 4], null]);
    t.deepEqual(await seqs('actor=cli:operator&subject=2021-03'), [[3], null]);
    t.deepEqual(await seqs('subject=2021-09'), [[], null]);
  });
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('the audit is the auditor’s alone, and looks at oneself the holder’s', async t => {
  const world = await aBureau(t, sqlite);
  const service = await served(t, world, inspectionRoutes);
  const others = [
    anActor('bureau', 'handler', 'approver', 'administrator'),
    anActor('employer', 'clerk'),
    aHolder(idNumberOf(1)),
  ];
  for (const by of others) {
    service.by = by;
    t.is((await service.get('/api/audit')).code, 'FORBIDDEN');
  }

  service.by = anActor('bureau', 'auditor', 'handler');

  t.is((await service.get('/api/me/looks')).code, 'FORBIDDEN');
});

test('a holder without applications has been looked at by nobody', async t => {
  const world = await aBureau(t, sqlite);
  await look(world, CLERK, { action: 'batch.viewed', subject: '2021-07' });
  const service = await served(t, world, inspectionRoutes);
  service.by = aHolder(idNumberOf(1));

  t.deepEqual((await service.get('/api/me/looks')).body, { looks: [], next: null });
});

for (const query of ['limit=0', 'limit=201', 'after=-1', 'order=up', 'subject=a%20b', 'x=1']) {
  test(`an audit query of ${query} is refused`, async t => {
    const service = await served(t, await aBureau(t, sqlite), inspectionRoutes);
    service.by = anActor('bureau', 'auditor');

    t.is((await service.get(`/api/audit?${query}`)).code, 'QUERY_INVALID');
  });
}
