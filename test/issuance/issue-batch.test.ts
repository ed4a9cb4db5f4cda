import test from 'ava';
import { checkEverything } from '../../src/cli/fsck.ts';
import { applicationsById } from '../../src/applications/store.ts';
import { RosterRowsInvalid } from '../../src/applications/roster/check-roster.ts';
import { certificatesFor, countCertificates, versionsOf } from '../../src/certificate/store.ts';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { allBatches, stoppedItems } from '../../src/issuance/store.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { aBureau, anAct, JULY, JULY_30, openWorld, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const options = { unprintable: () => [] };
const rows = (count: number) => Array.from({ length: count }, (_, place) => someCells(place + 1));

class Killed extends Error {}

for (const database of databases()) {
  test(`the same roster sent twice has one effect, on ${database.name}`, async t => {
    const world = await aBureau(t, database);

    const first = await takeIn(world, rows(3));
    await releaseAll(world, anAct(), { month: JULY, options });
    const second = await takeIn(world, [...rows(3)].reverse());
    await releaseAll(world, anAct(), { month: JULY, options });

    t.deepEqual([...second].sort(), [...first].sort());
    t.is(await countCertificates(world.db), 3);
  });

  test(`a second claim to a title already held is refused, and nothing of its roster is taken in, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    await takeIn(world, [someCells(1)]);

    const error = await t.throwsAsync(takeIn(world, [someCells(2), someCells(1, { 专业: '岩土工程' })]), {
      instanceOf: RosterRowsInvalid,
    });

    t.deepEqual(
      error?.faults.map(fault => [fault.line, fault.code]),
      [[2, 'TITLE_HELD']],
    );
    await releaseAll(world, anAct(), { month: JULY, options });
    t.is(await countCertificates(world.db), 1);
  });

  for (const point of ['reserved', 'signed', 'kept']) {
    test(`a batch that dies when ${point} is finished by the next run with the numbers promised, on ${database.name}`, async t => {
      const world = await aBureau(t, database);
      const ids = await takeIn(world, rows(60));
      let calls = 0;
      const failpoint = (name: string): void => {
        calls += 1;
        if (name === point) throw new Killed();
      };

      await t.throwsAsync(releaseAll(world, anAct(), { month: JULY, options: { ...options, failpoint } }), {
        instanceOf: Killed,
      });
      const done = await releaseAll(world, anAct(JULY_30 + 60), { month: JULY, options });

      t.true(calls > 0);
      t.is(done.issued, 60);
      const certificates = await certificatesFor(world.db, ids);
      const serials = certificates
        .map(certificate => Number(certificate.number.slice(7, 13)))
        .sort((a, b) => a - b);
      t.deepEqual(
        serials,
        Array.from({ length: 60 }, (_, place) => place + 1),
      );
      t.deepEqual((await checkEverything(world)).faults, []);
    });
  }

  test(`two processes never issue one batch at once, and lose nothing, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const other = await openWorld(t, world.config);
    await takeIn(world, rows(30));

    const runs = await Promise.allSettled([
      releaseAll(world, anAct(), { month: JULY, options }),
      releaseAll(other, anAct(), { month: JULY, options }),
    ]);

    const codes = runs.flatMap(run =>
      run.status === 'rejected' && run.reason instanceof DomainError ? [run.reason.code] : [],
    );
    t.true(
      codes.every(code => code === 'BATCH_LEASED'),
      codes.join(),
    );
    t.true(runs.some(run => run.status === 'fulfilled'));
    t.is(await countCertificates(world.db), 30);
    t.deepEqual((await checkEverything(world)).faults, []);
    t.is((await allBatches(world.db)).length, 1);
  });

  test(`an application that the fonts cannot print stops with a reason and spends no number, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const ids = await takeIn(world, rows(2));
    const [first = ''] = ids;

    const batch = await releaseAll(world, anAct(), {
      month: JULY,
      options: { unprintable: application => (application.id === first ? ['𡈽（U+2123D）'] : []) },
    });

    t.like(batch, { issued: 1, stopped: 1 });
    const [stopped] = await stoppedItems(world.db, batch.batchId);
    t.is(stopped?.code, 'GLYPH_MISSING');
    const [certificate] = await certificatesFor(world.db, ids);
    t.is(certificate?.number.slice(7, 13), '000001');
  });

  test(`a correction keeps the number, raises the version and ends the old one in one act, on ${database.name}`, async t => {
    const world = await aBureau(t, database, { clock: () => JULY_30 + 7200 });
    const [id = ''] = await takeIn(world, [someCells(2, { 姓名: '田静怡' })]);
    await releaseAll(world, anAct(), { month: JULY, options });
    const [old] = await certificatesFor(world.db, [id]);
    if (!old) return t.fail('nothing was issued');

    const at = JULY_30 + 3600;
    await requestCorrection(world, anAct(at), {
      number: old.number,
      name: '田舒怡',
      proof: '户口簿曾用名页',
    });
    await t.throwsAsync(
      requestCorrection(world, anAct(at), { number: old.number, name: '田舒怡', proof: '户口簿' }),
      {
        code: 'STATE_CONFLICT',
      },
    );
    await releaseAll(world, anAct(at), { month: JULY, options });
    await publish(world, anAct(at));

    const versions = await versionsOf(world.db, old.number);
    const trust = await currentTrust(world, at);
    const verdicts = await Promise.all(
      versions.map(async version => (await verify(version.qrText, trust, at)).verdict),
    );
    t.deepEqual(verdicts, ['superseded', 'valid']);
    t.deepEqual((await checkEverything(world)).faults, []);
    return undefined;
  });

  test(`changes of state follow the table, need their reason and document, and are public at once, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const ids = await takeIn(world, [someCells()]);
    await releaseAll(world, anAct(), { month: JULY, options });
    const [certificate] = await certificatesFor(world.db, ids);
    const { number = '', qrText = '' } = certificate ?? {};
    const verdictAt = async (at: number): Promise<string> =>
      (await verify(qrText, await currentTrust(world, at), at)).verdict;

    await t.throwsAsync(changeState(world, anAct(), { number, change: 'REVOKE', reason: 'FRAUD' }), {
      code: 'DOCUMENT_MISSING',
    });
    await t.throwsAsync(
      changeState(world, anAct(), { number, change: 'REVOKE', reason: 'WHIM', document: '1' }),
      { code: 'REASON_UNKNOWN' },
    );
    await t.throwsAsync(changeState(world, anAct(), { number, change: 'RESUME', reason: 'NOT_UPHELD' }), {
      code: 'STATE_CONFLICT',
    });
    await t.throwsAsync(
      changeState(world, anAct(), {
        number: 'B1220219999999',
        change: 'SUSPEND',
        reason: 'UNDER_INVESTIGATION',
      }),
      {
        code: 'CERTIFICATE_UNKNOWN',
      },
    );

    await changeState(world, anAct(JULY_30 + 1), {
      number,
      change: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
    });
    await publish(world, anAct(JULY_30 + 1));
    t.is(await verdictAt(JULY_30 + 2), 'suspended');
    await changeState(world, anAct(JULY_30 + 3), { number, change: 'RESUME', reason: 'NOT_UPHELD' });
    await publish(world, anAct(JULY_30 + 3));
    t.is(await verdictAt(JULY_30 + 4), 'valid');
    await changeState(world, anAct(JULY_30 + 5), {
      number,
      change: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
      untilDate: '2021-08-01',
    });
    await publish(world, anAct(JULY_30 + 5));
    t.is(await verdictAt(JULY_30 + 6), 'suspended');
    const afterEnd = JULY_30 + 5 * 86_400;
    await publish(world, anAct(afterEnd));
    t.is(await verdictAt(afterEnd), 'valid');
    await changeState(world, anAct(afterEnd), {
      number,
      change: 'REVOKE',
      reason: 'FRAUD',
      document: '津人社撤字〔2021〕1号',
    });
    await publish(world, anAct(afterEnd));
    t.is(await verdictAt(afterEnd), 'revoked');
    await t.throwsAsync(
      changeState(world, anAct(afterEnd), { number, change: 'REVOKE', reason: 'FRAUD', document: '1' }),
      {
        code: 'STATE_CONFLICT',
      },
    );
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`ID numbers and phones stand nowhere in the tables in clear, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const ids = await takeIn(world, [someCells()]);

    const [tables] = await world.db.sequelize.query('SELECT * FROM applications');
    const opened = await applicationsById(world, ids);

    t.false(JSON.stringify(tables).includes('19900001001'));
    t.false(JSON.stringify(tables).includes(someCells()['证件号码'] ?? '?'));
    t.is(opened.get(ids[0] ?? '')?.phone, '19900001001');
  });
}

test('a month without key, a month to come and a day without legal basis are refused', async t => {
  const [sqlite] = databases();
  if (!sqlite) return t.fail();
  const world = await aBureau(t, sqlite);

  await t.throwsAsync(releaseAll(world, anAct(), { month: '2021-06', options }), { code: 'KEY_UNKNOWN' });
  await t.throwsAsync(releaseAll(world, anAct(), { month: '2021-08', options }), { code: 'MONTH_IN_FUTURE' });
  await t.throwsAsync(releaseAll(world, anAct(), { month: '2021-13', options }), { code: 'MONTH_INVALID' });
  await t.throwsAsync(releaseAll(world, anAct(JULY_30 - 2 * 366 * 86_400), { month: '2019-07', options }), {
    code: 'LEGAL_BASIS_MISSING',
  });
  return undefined;
});
