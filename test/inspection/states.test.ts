/** How the chain, the keys and the status lists stand, as auditor and administrator are told. */
import test from 'ava';
import { certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import { haltChainCheck } from '../../src/inspection/chain-check.ts';
import { toCheckpoint } from '../../src/inspection/checkpoint.ts';
import { inspectionRoutes } from '../../src/inspection/routes.ts';
import { destroyKey } from '../../src/issuance/key-life/destroy-key.ts';
import { recordCompromise } from '../../src/issuance/key-life/compromise.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { revokeKey, type Ceremony } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { ensureRoom } from '../../src/revocation/room.ts';
import {
  isAuditList,
  isAuditState,
  isTrustState,
  type AuditList,
  type AuditState,
  type TrustState,
} from '../../src/shared/shapes/shapes.ts';
import { isoAt } from '../../src/shared/time.ts';
import { recordLook } from '../../src/audit/look.ts';
import { newAct, type World } from '../../src/world.ts';
import { anActor } from '../support/actor.ts';
import { served, type Served } from '../support/api.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, organisationCodeOf } from '../support/people.ts';

const AUDITOR = anActor('bureau', 'auditor');
const HANDLER = anActor('bureau', 'handler');

async function check({ url }: Served): Promise<number> {
  return (await fetch(`${url}/api/audit/checks`, { method: 'POST' })).status;
}

/** The state once no check is under way any more. */
async function settled(service: Served): Promise<AuditState> {
  for (;;) {
    const { body } = await service.get('/api/audit/state');
    if (!isAuditState(body)) throw new RangeError(JSON.stringify(body));
    if (body.running === undefined) return body;
  }
}

for (const database of databases()) {
  const on = ` (${database.name})`;

  test(`an auditor has the whole chain checked in the background and sees the outcome${on}`, async t => {
    const world = await aBureau(t, database);
    await recordLook(world, anAct(JULY_30), [{ action: 'a.viewed', subject: 'one' }]);
    const service = await served(t, world, inspectionRoutes);
    service.by = AUDITOR;

    const before = await settled(service);
    const status = await check(service);
    const { check: outcome, entries } = await settled(service);

    t.is(before.check, undefined);
    t.is(status, 202);
    t.is(entries, before.entries + 1);
    t.deepEqual(outcome, {
      at: outcome?.at ?? '',
      entries: before.entries,
      hash: before.hash,
      brokenAt: null,
    });
    const { entries: seq, hash, at } = outcome ?? {};
    t.not(toCheckpoint(JSON.stringify({ seq, hash, at })), undefined);
  });

  test(`a broken chain is told with the first place that does not hold${on}`, async t => {
    const world = await aBureau(t, database);
    for (const subject of ['one', 'two'])
      await recordLook(world, anAct(JULY_30), [{ action: 'a.viewed', subject }]);
    await world.db.sequelize.query("UPDATE audit_entries SET subject = 'x' WHERE seq = 2");
    const service = await served(t, world, inspectionRoutes);
    service.by = AUDITOR;

    await check(service);
    const { check: outcome } = await settled(service);

    t.is(outcome?.brokenAt, 2);
    t.is(outcome?.entries, 1);
  });

  test(`the journal is searched by action and by days, and staff have their logins in it${on}`, async t => {
    const world = await aBureau(t, database);
    const staff = await aStaff(world, {
      organisationCode: organisationCodeOf(1),
      capacity: 'bureau',
      duty: 'handler',
    });
    const act = { ...anAct(JULY_30 + 86_400), actor: staff.accountId };
    await recordLook(world, act, [{ action: 'b.viewed', subject: 'one' }]);
    const service = await served(t, world, inspectionRoutes);
    service.by = AUDITOR;
    const entries = async (query: string): Promise<AuditList['entries']> => {
      const { body } = await service.get(`/api/audit?${query}`);
      return isAuditList(body) ? body.entries : [];
    };

    const [byAction] = await entries('action=b.viewed');

    t.is(byAction?.actorLogin, staff.login);
    t.is((await entries('action=nothing')).length, 0);
    t.deepEqual(
      (await entries('from=2021-07-31&to=2021-07-31')).map(({ action }) => action),
      ['b.viewed'],
    );
    t.is((await entries('from=2021-08-01')).length, 0);
    t.is((await service.get('/api/audit?from=2021-02-30')).code, 'QUERY_INVALID');
  });

  test(`keys and status lists are told with what must be done, and without anything private${on}`, async t => {
    let now = JULY_30;
    const world = await aBureau(t, database, { clock: () => now });
    await ensureRoom(world, newAct(world, 'system:publisher'), 1);
    const service = await served(t, world, inspectionRoutes);
    service.by = anActor('bureau', 'administrator');
    const state = async (): Promise<TrustState> => (await service.get('/api/trust-state')).body as TrustState;

    const fresh = await state();
    now += 14 * 3600;
    const late = await state();

    t.true(isTrustState(fresh));
    t.deepEqual(fresh.months, [
      { month: '2021-07', ready: true },
      { month: '2021-08', ready: false },
    ]);
    t.deepEqual(
      fresh.warnings.map(({ code, subject }) => `${code} ${subject}`),
      ['MONTH_KEY_MISSING 2021-08', 'TEST_KEYS root'],
    );
    t.is(fresh.lists.length, 3);
    t.is(fresh.keys.find(({ use }) => use === 'files')?.certificateUntil !== undefined, true);
    t.is(late.warnings.filter(({ code }) => code === 'LIST_OVERDUE').length, 3);
    t.false(/"d"|passphrase|jwe/.test(JSON.stringify(fresh)));
    t.is(fresh.warnings[0]?.detail, '2021年8月批次还没有签发密钥，请在批准批次之前由密钥保管人建立。');
  });

  test(`each key is told with what became of it and what it signed, a revoked one loudly while its certificates are in use${on}`, async t => {
    let now = JULY_30;
    const world = await aBureau(t, database, { clock: () => now, months: [JULY, '2021-08'] });
    const july = await issued(world, [1, 2, 3]);
    const service = await served(t, world, inspectionRoutes);
    service.by = anActor('bureau', 'administrator');
    const state = async (): Promise<TrustState> => (await service.get('/api/trust-state')).body as TrustState;
    const key = ({ keys }: TrustState, kid: string) => keys.find(each => each.kid === kid);
    const due = ({ warnings }: TrustState) => warnings.filter(({ code }) => code === 'REISSUE_DUE');
    const order = { reason: 'FRAUD', document: '测试〔2021〕1号' } as const;
    await changeState(world, anAct(), { ...order, number: july[0]?.number ?? '', change: 'REVOKE' });
    const suspended = { number: july[1]?.number ?? '', change: 'SUSPEND' } as const;
    await changeState(world, anAct(), { ...suspended, reason: 'UNDER_INVESTIGATION' });

    const before = await state();
    now += 60;
    await revokeKey({ ...ceremonyOf(world), at: now }, 4);
    now += 60;
    await recordCompromise(world, anAct(now), { number: 4, document: undefined });
    await destroyKey(world, anAct(now), { number: 5, force: '保管人离岗，口令可能外泄' });
    const after = await state();
    await changeState(world, anAct(now), { ...order, number: july[1]?.number ?? '', change: 'REVOKE' });
    await changeState(world, anAct(now), { ...order, number: july[2]?.number ?? '', change: 'REVOKE' });
    const done = await state();

    t.like(key(before, 'key-4'), { state: 'live', signed: 3, inForce: 2, privateHalf: 'file' });
    t.deepEqual(due(before), []);
    t.true(isTrustState(after));
    t.like(key(after, 'key-4'), {
      ...{ state: 'revoked', signed: 3, inForce: 2, privateHalf: 'file' },
      ...{ revokedAt: isoAt(JULY_30 + 60), compromisedAt: isoAt(JULY_30 + 120), destroyedAt: undefined },
    });
    t.like(key(after, 'key-5'), {
      ...{ state: 'destroyed', signed: 0, inForce: 0, privateHalf: 'destroyed' },
      ...{ destroyedAt: isoAt(JULY_30 + 120), revokedAt: undefined },
    });
    t.is(key(after, 'key-1')?.signed, undefined);
    t.is(after.warnings[0], due(after)[0]);
    t.like(due(after)[0], { subject: 'key-4' });
    t.regex(
      due(after)[0]?.detail ?? '',
      /2021年7月批次.*还有 2 张在用.*zhicheng keys reissue key-4 --document 文号$/,
    );
    t.deepEqual(
      [before, after].map(({ months }) => months.map(({ ready }) => ready)),
      [
        [true, true],
        [false, false],
      ],
    );
    t.deepEqual(due(done), []);
    t.is(key(done, 'key-4')?.inForce, 0);
  });
}

function ceremonyOf({ config }: World): Omit<Ceremony, 'at'> {
  const { keyPassphrase, rootPassphrase, origin } = config;
  return { folders: config, did: didOf(origin), keyPassphrase, rootPassphrase, passphraseRounds: 1000 };
}

async function issued(world: World, serials: readonly number[]): Promise<readonly Certificate[]> {
  const ids = await takeIn(
    world,
    serials.map(serial => someCells(serial)),
  );
  await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  return certificatesFor(world.db, ids);
}

const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

test('nobody but an auditor sees or checks the chain, and a handler no state of the keys', async t => {
  const world = await aBureau(t, SQLITE);
  const service = await served(t, world, inspectionRoutes);
  service.by = HANDLER;

  t.is((await service.get('/api/audit/state')).code, 'FORBIDDEN');
  t.is(await check(service), 403);
  t.is((await service.get('/api/trust-state')).code, 'FORBIDDEN');
});

test('a check under way ends when the service stops', async t => {
  const world = await aBureau(t, SQLITE);
  const service = await served(t, world, inspectionRoutes);
  service.by = AUDITOR;

  await check(service);
  await haltChainCheck(world);

  t.is((await settled(service)).running, undefined);
});
