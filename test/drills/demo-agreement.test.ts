/**
 * Every certificate of the demo, after every change: the page, the command line with a saved trust file, the registration bodies' interface
 * and the webhook say the same. From outside: the demo as a process, people over HTTP, the custodian by the command line.
 */
import test from 'ava';
import { addDays, dateAt } from '../../src/shared/time.ts';
import { databases } from '../support/database.ts';
import {
  changedBySheet,
  confirmed,
  corrected,
  newVersionOf,
  theDemo,
  versionsByKey,
  type Demo,
  type Held,
} from './demo-steps.ts';

const DOCUMENT = '津人社撤字〔2026〕0号（测试）';

for (const database of databases()) {
  test(`every certificate of the demo: all verifiers agree after every change, on ${database.name}`, async t => {
    t.timeout(600_000); // the demo is thirty people's two years
    const demo = await theDemo(t, database);
    await demo.agree('as the stories end');
    const [suspended, revoked, cancelled, renamed] = demo.standing();

    await confirmed(demo, suspended, { kind: 'SUSPEND', reason: 'UNDER_INVESTIGATION' });
    await demo.agree('suspended', { [suspended]: 'SUSPENDED' });
    const until = addDays(dateAt(Math.floor(Date.now() / 1000)), 90);
    await confirmed(demo, suspended, { kind: 'EXTEND', reason: 'UNDER_INVESTIGATION', until });
    await demo.agree('extended', { [suspended]: 'SUSPENDED' });
    await confirmed(demo, suspended, { kind: 'RESUME', reason: 'NOT_UPHELD' });
    await demo.agree('resumed', { [suspended]: 'VALID' });
    await confirmed(demo, revoked, { kind: 'REVOKE', reason: 'FRAUD', document: DOCUMENT });
    await demo.agree('revoked', { [revoked]: 'REVOKED' });
    await confirmed(demo, cancelled, { kind: 'CANCEL', reason: 'ISSUED_BY_MISTAKE', document: DOCUMENT });
    await demo.agree('cancelled', { [cancelled]: 'CANCELLED' });
    await corrected(demo, renamed);
    await demo.agree('corrected', {}, { [renamed]: 'SUPERSEDED' });

    const many = demo.standing().slice(0, 3);
    await changedBySheet(demo, many, { change: 'REVOKE', reason: 'REVIEW_OVERTURNED', document: DOCUMENT });
    await demo.agree('revoked by a sheet', all(many, 'REVOKED'));
    const [key, anew] = await aLeak(demo);
    await demo.cli('keys', 'compromise', key, '--document', DOCUMENT);
    await demo.agree('key compromised', {}, all(anew, 'KEY_REVOKED'));
    await demo.cli('keys', 'reissue', key, '--document', DOCUMENT, '--no-images');
    for (const number of anew) await newVersionOf(demo, number);
    await demo.agree('signed anew', {}, all(anew, 'SUPERSEDED'));
    t.true(anew.length > 0);
  });
}

const all = <S extends string>(numbers: readonly string[], state: S): Readonly<Record<string, S>> =>
  Object.fromEntries(numbers.map(number => [number, state]));

/** The key with most certificates in force is the leaked one. @returns it, and the numbers that are to be signed anew */
async function aLeak(demo: Demo): Promise<readonly [string, readonly string[]]> {
  const inForce = (versions: readonly Held[]): readonly string[] =>
    versions.filter(({ state }) => state === 'VALID' || state === 'SUSPENDED').map(({ number }) => number);
  const keys = [...(await versionsByKey(demo))].sort(([, a], [, b]) => inForce(b).length - inForce(a).length);
  const [[key, versions] = ['', []]] = keys;
  for (const version of versions) version.isKeyGone = true;
  return [key, inForce(versions)];
}
