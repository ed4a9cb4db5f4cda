/** Next versions for what a revoked key signed: whole after any crash, none for what has ended, and nothing for a key that is not revoked. */
import test, { type ExecutionContext } from 'ava';
import { applicationsById } from '../../src/applications/store.ts';
import { certificatesFor, versionsOf } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import type { IssueOptions } from '../../src/issuance/issue-batch.ts';
import { recordCompromise } from '../../src/issuance/key-life/compromise.ts';
import { reissue } from '../../src/issuance/key-life/reissue.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { replaceKey } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { standingOf } from '../../src/revocation/state.ts';
import { changesOf } from '../../src/revocation/store.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, JULY, JULY_30, openWorld, someCells, takeIn } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';

const options = { unprintable: () => [] };
const LEAKED = 4;
const AUGUST = '2021-08';
/** 2021-08-09 12:00 in Shanghai. */
const LATER = JULY_30 + 10 * 86_400;
const act = anAct(LATER);

class Killed extends Error {}

for (const database of databases()) {
  for (const point of ['reserved', 'signed', 'kept']) {
    test(`next versions are finished by the next run when the first was killed when ${point}, on ${database.name}`, async t => {
      const { world, numbers } = await aLeak(t, database, 52);
      const failpoint: IssueOptions['failpoint'] = name => {
        if (name === point) throw new Killed();
      };
      await t.throwsAsync(reissue(world, act, { number: LEAKED, options: { ...options, failpoint } }), {
        instanceOf: Killed,
      });

      const done = await reissue(await openWorld(t, world.config, () => LATER), anAct(LATER + 60), {
        number: LEAKED,
        options,
      });

      t.like(done, { planned: 0, underWay: point === 'kept' ? 2 : 52, differing: [], left: 0 });
      for (const number of numbers)
        t.deepEqual(
          (await versionsOf(world.db, number)).map(({ version, keyId }) => [version, keyId]),
          [
            [1, 'key-4'],
            [2, 'key-5'],
          ],
        );
      t.deepEqual(await reissue(world, anAct(LATER + 120), { number: LEAKED, options }), NOTHING);
      t.deepEqual((await checkEverything(world)).faults, []);
    });
  }

  test(`what is revoked while its next version is being made gets none, and a suspension goes on to its own end, on ${database.name}`, async t => {
    const { world, numbers } = await aLeak(t, database, 3);
    const [revoked = '', suspended = '', valid = ''] = numbers;
    await changeState(world, act, {
      number: suspended,
      change: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
      untilDate: '2021-08-31',
    });
    const longer = { number: suspended, change: 'EXTEND', reason: 'UNDER_INVESTIGATION' } as const;
    await changeState(world, act, { ...longer, untilDate: '2021-09-30' });
    const failpoint: IssueOptions['failpoint'] = name => {
      if (name === 'signed') throw new Killed();
    };
    await t.throwsAsync(reissue(world, act, { number: LEAKED, options: { ...options, failpoint } }));
    const wanted = {
      number: revoked,
      change: 'REVOKE',
      reason: 'FRAUD',
      document: '津测〔2021〕1号',
    } as const;
    await changeState(world, act, wanted);

    const done = await reissue(world, act, { number: LEAKED, options });

    t.is(done.left, 0);
    const versions = await Promise.all(
      numbers.map(async number => (await versionsOf(world.db, number)).length),
    );
    t.deepEqual(versions, [1, 2, 2]);
    const { state, until } = standingOf(await changesOf(world.db, { number: suspended, version: 2 }), LATER);
    t.deepEqual([state, until], ['SUSPENDED', Date.parse('2021-10-01T00:00:00+08:00') / 1000]);
    await t.throwsAsync(changeState(world, act, { ...longer, untilDate: '2021-10-31' }), {
      code: 'EXTENDED_ALREADY',
    });
    t.deepEqual(await changesOf(world.db, { number: valid, version: 2 }), []);
    const states = await Promise.all(
      numbers.map(async number => standingOf(await changesOf(world.db, { number, version: 1 }), LATER).state),
    );
    t.deepEqual(states, ['REVOKED', 'SUPERSEDED', 'SUPERSEDED']);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`the next version says the same words and is collected from the same day, on ${database.name}`, async t => {
    const { world, numbers } = await aLeak(t, database, 1);

    await reissue(world, act, { number: LEAKED, options });

    const [old, next] = await versionsOf(world.db, numbers[0] ?? '');
    if (!old || !next) return t.fail('no next version');
    t.is(next.collectFrom, old.collectFrom);
    t.deepEqual(subjectOf(next.jwt), subjectOf(old.jwt));
    const applications = await applicationsById(world, [next.applicationId]);
    t.deepEqual(applications.get(next.applicationId)?.corrects, {
      number: old.number,
      version: 1,
      reason: undefined,
    });
    return undefined;
  });

  test(`a key that is not revoked, is not for certificates or does not exist has nothing to be made anew, on ${database.name}`, async t => {
    const world = await aBureau(t, database, { months: [JULY, AUGUST], clock: () => LATER });

    await t.throwsAsync(reissue(world, act, { number: LEAKED, options }), { code: 'KEY_NEEDED' });
    await t.throwsAsync(reissue(world, act, { number: 1, options }), { code: 'KEY_NEEDED' });
    await t.throwsAsync(reissue(world, act, { number: 99, options }), { code: 'KEY_UNKNOWN' });
    await t.throwsAsync(recordCompromise(world, act, { number: LEAKED, document: undefined }), {
      code: 'KEY_NEEDED',
    });
  });
}

const NOTHING = { planned: 0, underWay: 0, differing: [], left: 0 };

/** A bureau in August whose key of July was revoked after it had signed so many. */
async function aLeak(
  t: ExecutionContext,
  database: TestDatabase,
  count: number,
): Promise<{ world: World; numbers: readonly string[] }> {
  const world = await aBureau(t, database, { months: [JULY, AUGUST], clock: () => LATER });
  const ids = await takeIn(
    world,
    Array.from({ length: count }, (_, place) => someCells(place + 1)),
  );
  await releaseAll(world, anAct(), { month: JULY, options });
  const { config } = world;
  await replaceKey({ folders: config, did: didOf(config.origin), at: LATER, ...config }, LEAKED, undefined);
  await recordCompromise(world, act, { number: LEAKED, document: undefined });
  return { world, numbers: (await certificatesFor(world.db, ids)).map(({ number }) => number) };
}

function subjectOf(jwt: string): unknown {
  const payload = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as {
    vc: { credentialSubject: unknown };
  };
  return payload.vc.credentialSubject;
}
