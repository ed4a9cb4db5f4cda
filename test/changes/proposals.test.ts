/** Changes of certificates need two people (domain §5.3): what each may do, and what happens when they disagree or are late. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { Duty, PersonalAct } from '../../src/accounts/role.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { decideChange } from '../../src/changes/decide.ts';
import type { Wanted } from '../../src/changes/proposal.ts';
import { propose } from '../../src/changes/propose.ts';
import { newestProposals } from '../../src/changes/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { stateOf } from '../../src/revocation/state.ts';
import { changesOf } from '../../src/revocation/store.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';

async function issued(
  t: ExecutionContext,
  database: TestDatabase,
): Promise<{ world: World; number: string }> {
  const world = await aBureau(t, database);
  const ids = await takeIn(world, [someCells()]);
  await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  const [certificate] = await certificatesFor(world.db, ids);
  return { world, number: certificate?.number ?? '' };
}

/** An act of a bureau's person with that duty, an hour after the issue. */
function actOf(login: string, duty: Duty): PersonalAct {
  const grants = [{ id: login, organisationId: 'bureau', capacity: 'bureau' as const, duty }];
  const by = { accountId: login, kind: 'staff' as const, name: login, idNumber: login, grants };
  return { actor: login, at: JULY_30 + 3600, requestId: '1'.repeat(32), by };
}

function revocation(number: string): Wanted {
  const document = '津人社撤字〔2021〕1号';
  return { kind: 'REVOKE', order: { number, change: 'REVOKE', reason: 'FRAUD', document } };
}

const HANDLER = actOf('handler', 'handler');
const OFFICER = actOf('officer', 'revocation-officer');

for (const database of databases()) {
  const proposing = async (world: World, wanted: Wanted, act = HANDLER) =>
    propose(world, act, { id: world.ids(), wanted });
  const stateNow = async (world: World, number: string) =>
    stateOf(await changesOf(world.db, { number, version: 1 }), JULY_30 + 7200);

  test(`a proposal changes nothing until another person confirms it, on ${database.name}`, async t => {
    const { world, number } = await issued(t, database);

    const proposal = await proposing(world, revocation(number));
    t.is(await stateNow(world, number), 'VALID');
    await decideChange(world, OFFICER, { ...proposal, decision: 'confirm' });

    t.is(await stateNow(world, number), 'REVOKED');
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`nobody confirms their own proposal, also with both duties, on ${database.name}`, async t => {
    const { world, number } = await issued(t, database);
    const both = { ...HANDLER, by: { ...HANDLER.by, grants: [...HANDLER.by.grants, ...OFFICER.by.grants] } };
    const { id, digest } = await proposing(world, revocation(number), both);

    await t.throwsAsync(decideChange(world, both, { id, digest, decision: 'confirm' }), {
      code: 'TWO_PERSONS_NEEDED',
    });

    t.is(await stateNow(world, number), 'VALID');
  });

  test(`only handlers propose and only approvers and revocation officers confirm, on ${database.name}`, async t => {
    const { world, number } = await issued(t, database);
    const { id, digest } = await proposing(world, revocation(number));

    await t.throwsAsync(proposing(world, revocation(number), OFFICER), { code: 'FORBIDDEN' });
    for (const duty of ['handler', 'administrator', 'auditor'] as const)
      await t.throwsAsync(decideChange(world, actOf('other', duty), { id, digest, decision: 'confirm' }), {
        code: 'FORBIDDEN',
      });

    t.is(await stateNow(world, number), 'VALID');
  });

  test(`two people who confirm at once make one change, on ${database.name}`, async t => {
    const { world, number } = await issued(t, database);
    const { id, digest } = await proposing(world, revocation(number));

    const outcomes = await Promise.allSettled(
      [OFFICER, actOf('approver', 'approver')].map(act =>
        decideChange(world, act, { id, digest, decision: 'confirm' }),
      ),
    );

    t.deepEqual(outcomes.map(outcome => outcome.status).sort(), ['fulfilled', 'rejected']);
    t.is((await changesOf(world.db, { number, version: 1 })).length, 1);
  });

  test(`a refusal needs a reason and frees the certificate for another proposal, on ${database.name}`, async t => {
    const { world, number } = await issued(t, database);
    const { id } = await proposing(world, revocation(number));

    await t.throwsAsync(proposing(world, revocation(number)), { code: 'STATE_CONFLICT' });
    await t.throwsAsync(decideChange(world, OFFICER, { id, decision: 'refuse' }), { code: 'REASON_MISSING' });
    await decideChange(world, OFFICER, { id, decision: 'refuse', note: '证据不足，请补充核查。' });
    await proposing(world, revocation(number));

    t.deepEqual((await newestProposals(world, { number, limit: 10 })).map(each => each.state).sort(), [
      'open',
      'refused',
    ]);
  });

  test(`a proposal that could not be carried out is refused when it is made, on ${database.name}`, async t => {
    const { world, number } = await issued(t, database);
    const bad: readonly [Wanted, string][] = [
      [revocation('B1220219999998'), 'CERTIFICATE_UNKNOWN'],
      [{ kind: 'RESUME', order: { number, change: 'RESUME', reason: 'NOT_UPHELD' } }, 'STATE_CONFLICT'],
      [{ kind: 'REVOKE', order: { number, change: 'REVOKE', reason: 'FRAUD' } }, 'DOCUMENT_MISSING'],
      [{ kind: 'SUSPEND', order: { number, change: 'SUSPEND', reason: 'FRAUD' } }, 'REASON_UNKNOWN'],
      [
        {
          kind: 'SUSPEND',
          order: { number, change: 'SUSPEND', reason: 'UNDER_INVESTIGATION', untilDate: '2021-07-01' },
        },
        'BAD_REQUEST',
      ],
      [{ kind: 'CORRECT', order: { number, name: '张1', proof: '户口簿' } }, 'BAD_REQUEST'],
    ];

    for (const [wanted, code] of bad) await t.throwsAsync(proposing(world, wanted), { code }, code);

    t.deepEqual(await newestProposals(world, { limit: 10 }), []);
  });
}
