/** "What was its status on that day?": by the changes, held against the lists of that day; over HTTP for the bureau, and by command. */
import test from 'ava';
import { looksAt } from '../../src/audit/store.ts';
import { statusAtRoutes } from '../../src/changes/status-at.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { listVersionRoutes } from '../../src/inspection/list-versions.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { bitAt, readStatusList } from '../../src/revocation/status-list.ts';
import {
  isStatusAt,
  isStatusListVersionList,
  type StatusAt,
  type StatusListVersionList,
} from '../../src/shared/shapes/shapes.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { anActor } from '../support/actor.ts';
import { served } from '../support/api.ts';
import { anAct, idNumberOf, JULY, JULY_30 } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { zhicheng } from '../support/running.ts';
import type { ExecutionContext } from 'ava';
import { aRegister, one, type Register } from './a-register.ts';

const DAY = 86_400;
const DOCUMENT = '津人社撤字〔2021〕3号（测试）';

/** Issued on 30 July, suspended on 1 August until the 20th, resumed on 5 August, revoked for fraud on 9 August; each is published a minute later. */
async function aStory(t: ExecutionContext, database: TestDatabase): Promise<Register> {
  const register = await aRegister(t, database);
  const { world, pass } = register;
  const { number } = one(register);
  const changes = [
    [2, { change: 'SUSPEND', reason: 'UNDER_INVESTIGATION', untilDate: '2021-08-20' }],
    [6, { change: 'RESUME', reason: 'NOT_UPHELD' }],
    [10, { change: 'REVOKE', reason: 'FRAUD', document: DOCUMENT }],
  ] as const;
  for (const [days, wanted] of changes) {
    await changeState(world, anAct(JULY_30 + days * DAY), { number, ...wanted });
    await publish(world, anAct(JULY_30 + days * DAY + 60));
  }
  pass(20 * DAY);
  return register;
}

for (const database of databases()) {
  const on = `, on ${database.name}`;

  test(`each day has its state, with the lists of that day that said the same${on}`, async t => {
    const register = await aStory(t, database);
    const { world } = register;
    const { number, index, applicationId } = one(register);
    const server = await served(t, world, statusAtRoutes);
    server.by = anActor('bureau', 'auditor');
    const ask = async (at: string): Promise<StatusAt> => {
      const { body } = await server.get(`/api/certificates/${number}/status-at?at=${at}`);
      if (!isStatusAt(body)) throw new RangeError(JSON.stringify(body));
      return body;
    };

    const days = [
      '2021-07-29',
      '2021-07-30',
      '2021-08-01',
      '2021-08-04',
      '2021-08-05',
      '2021-08-09',
      '2021-08-19',
    ];
    const answers: StatusAt[] = [];
    for (const day of days) answers.push(await ask(day));

    t.deepEqual(
      answers.map(({ state }) => state),
      ['NOT_ISSUED', 'VALID', 'SUSPENDED', 'SUSPENDED', 'VALID', 'REVOKED', 'REVOKED'],
    );
    t.deepEqual(
      answers.map(({ versions }) => versions[0]?.published?.set),
      [undefined, [], ['suspension'], ['suspension'], [], ['revocation'], ['revocation']],
    );
    t.deepEqual(
      answers.map(({ versions }) => versions[0]?.published?.agrees),
      [undefined, true, true, true, true, true, true],
    );
    t.deepEqual(answers[3]?.versions[0]?.published?.versions, { revocation: 2, suspension: 2, refresh: 2 });
    t.like(answers[2]?.versions[0], {
      since: '2021-08-01T04:00:00Z',
      until: '2021-08-20T16:00:00Z',
      reasonName: '举报核查',
      published: { list: 1, index },
    });
    // at that time valid on record; by what was decided later, void from the beginning
    t.deepEqual(answers[4]?.versions[0]?.annulled, { at: '2021-08-09T04:00:00Z', invalidFrom: '2021-07-09' });
    t.like(answers[5]?.versions[0], { document: DOCUMENT, invalidFrom: '2021-07-09' });
    t.is((await ask('2021-08-01T03:59:59Z')).state, 'VALID');
    t.is((await ask('2021-08-01T04:00:00Z')).state, 'SUSPENDED');
    // changed, and not public for another minute: the list is told as it was
    t.like((await ask('2021-08-01T04:00:30Z')).versions[0]?.published, { set: [], agrees: true });
    const looks = await looksAt(world.db, {
      subjects: [applicationId],
      endings: ['viewed'],
      notBy: 'nobody',
      before: undefined,
      limit: 50,
    });
    t.is(looks.filter(({ action }) => action === 'certificate-status.viewed').length, days.length + 2);
    t.false(JSON.stringify(answers).includes(idNumberOf(1)));
  });

  test(`a past version of a list is had whole and says by itself what it said then${on}`, async t => {
    const register = await aStory(t, database);
    const { world } = register;
    const server = await served(t, world, listVersionRoutes);
    server.by = anActor('bureau', 'auditor');

    const { body } = await server.get('/api/status-lists/revocation-1/versions');
    const page = body as StatusListVersionList;
    const bits: (boolean | undefined)[] = [];
    for (const { version } of page.items) {
      const answer = await fetch(`${server.url}/api/status-lists/revocation-1/versions/${version}`);
      t.is(answer.headers.get('content-type'), 'application/vc+jwt');
      const list = await readStatusList(await answer.text(), await currentTrust(world, world.clock()));
      bits.push(list?.version === version ? bitAt(list.bits, one(register).index) : undefined);
    }

    t.true(isStatusListVersionList(body), JSON.stringify(body));
    t.is(page.next, null);
    t.deepEqual(bits, [...page.items.slice(1).map(() => false), true]);
    for (const wrong of [
      'revocation-1/versions/0',
      'revocation-1/versions/99',
      'revocation-1/versions/1e3',
      'revocation-9/versions/1',
      'refusal-1/versions',
      'revocation-007/versions',
    ]) {
      const { code, body: said } = await server.get(`/api/status-lists/${wrong}`);
      if (wrong.endsWith('/versions') && code === undefined) t.deepEqual(said, { items: [], next: null });
      else t.is(code, 'NOT_FOUND', wrong);
    }
    server.by = anActor('bureau', 'handler');
    t.is((await server.get('/api/status-lists/revocation-1/versions')).code, 'FORBIDDEN');
    t.is((await server.get('/api/status-lists/revocation-1/versions/1')).code, 'FORBIDDEN');
  });

  test(`a correction leaves each day the version that was in force${on}`, async t => {
    const register = await aRegister(t, database);
    const { world, pass } = register;
    const { number } = one(register);
    const later = JULY_30 + DAY;
    pass(4 * DAY);
    await requestCorrection(world, anAct(later), { number, name: '张明志', proof: '户口簿（测试）' });
    await releaseAll(world, anAct(later), { month: JULY, options: { unprintable: () => [] } });
    await publish(world, anAct(later));
    const server = await served(t, world, statusAtRoutes);
    server.by = anActor('bureau', 'handler');
    const ask = async (at: string): Promise<unknown> => {
      const { versions } = (await server.get(`/api/certificates/${number}/status-at?at=${at}`))
        .body as StatusAt;
      return versions.map(each => [each.version, each.state, each.published?.set, each.published?.agrees]);
    };

    t.deepEqual(await ask('2021-07-30'), [[1, 'VALID', [], true]]);
    t.deepEqual(await ask('2021-07-31'), [
      [2, 'VALID', [], true],
      [1, 'SUPERSEDED', ['revocation', 'refresh'], true],
    ]);
  });

  test(`the same is told by command, and a list that does not agree is told and fails${on}`, async t => {
    const register = await aStory(t, database);
    const { world } = register;
    const { number } = one(register);
    const run = async (...words: string[]) => zhicheng(world, 'status', ...words);

    const plain = await run(number, '--on', '2021-08-04');
    const now = await run(number, '--json');

    t.is(plain.status, 0, plain.stderr);
    t.regex(
      plain.stdout,
      /核查中，暂停使用[\s\S]*revocation-1 第 \d+ 版[\s\S]*置位 suspension，与变更记录一致/,
    );
    t.like(JSON.parse(now.stdout), { number, state: 'REVOKED' });
    t.is((await run(number, '--on', '2999-01-01')).status, 1);
    t.is((await run()).status, 2);
    await world.db.sequelize.query('UPDATE status_changes SET at = at - 864000 WHERE seq = 1');
    const altered = await run(number, '--on', '2021-07-31');
    t.is(altered.status, 1);
    t.regex(altered.stdout, /与变更记录不符/);
  });
}

const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

test('what is no day, not a real one or still to come is refused, and whoever may not see the record sees no status', async t => {
  const register = await aRegister(t, SQLITE);
  const { number } = one(register);
  const server = await served(t, register.world, statusAtRoutes);
  server.by = anActor('bureau', 'revocation-officer');
  const code = async (query: string, of = number): Promise<unknown> =>
    (await server.get(`/api/certificates/${of}/status-at${query}`)).code;

  for (const at of [
    '2021-02-30',
    '2021-07-31',
    '2999-01-01',
    '2021-07-30T25:00:00Z',
    '2021-07-30T04:00:00',
    '1e3',
    'now',
    '',
  ])
    t.is(await code(`?at=${at}`), 'QUERY_INVALID', at);
  t.is(await code(''), 'QUERY_INVALID');
  t.is(await code('?at=2021-07-30'), undefined);
  t.is(await code('?at=2021-07-30', 'B1220219999998'), 'CERTIFICATE_UNKNOWN');
  t.is(await code('?at=2021-07-30', 'x'), 'CERTIFICATE_UNKNOWN');
  for (const duty of ['administrator', 'clerk'] as const) {
    server.by = anActor(duty === 'clerk' ? 'employer' : 'bureau', duty);
    t.is(await code('?at=2021-07-30'), 'FORBIDDEN', duty);
  }
});
