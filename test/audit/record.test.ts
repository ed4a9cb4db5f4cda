import test from 'ava';
import { GENESIS_HASH, hashedText, type AuditFact } from '../../src/audit/entry.ts';
import { checkChain, record } from '../../src/audit/record.ts';
import { entriesAfter, getHead } from '../../src/audit/store.ts';
import type { Db } from '../../src/db/connect.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { databases, freshDb } from '../support/database.ts';
import { NOON } from '../support/issuer.ts';

const ACT = { actor: 'cli:tester', at: NOON, requestId: 'a'.repeat(32) };

async function write(db: Db, facts: readonly AuditFact[]): Promise<void> {
  await inTransaction(db, async tx => record({ tx, db }, ACT, facts));
}

function aFact(subject: string): AuditFact {
  return {
    action: 'certificate.signed',
    subject,
    detail: { month: '2026-06', count: 3, late: false, document: null },
  };
}

/** Ten entries in a chain that holds. */
async function aChain(db: Db): Promise<void> {
  for (let at = 1; at <= 10; at += 2) await write(db, [aFact(`B${at}`), aFact(`B${at + 1}`)]);
}

/** What somebody with the database's password could do, and the first place where it must show. */
const TAMPERINGS: readonly { name: string; sql: readonly string[]; brokenAt: number }[] = [
  {
    name: 'an altered subject',
    sql: ["UPDATE audit_entries SET subject = 'B99' WHERE seq = 4"],
    brokenAt: 4,
  },
  { name: 'an altered detail', sql: ["UPDATE audit_entries SET detail = '{}' WHERE seq = 1"], brokenAt: 1 },
  {
    name: 'an altered actor',
    sql: ["UPDATE audit_entries SET actor = 'cli:other' WHERE seq = 10"],
    brokenAt: 10,
  },
  { name: 'an altered instant', sql: ['UPDATE audit_entries SET at = at + 1 WHERE seq = 5'], brokenAt: 5 },
  {
    name: 'an altered hash',
    sql: [`UPDATE audit_entries SET hash = '${'f'.repeat(64)}' WHERE seq = 6`],
    brokenAt: 6,
  },
  { name: 'a deleted entry', sql: ['DELETE FROM audit_entries WHERE seq = 7'], brokenAt: 7 },
  { name: 'the first entry deleted', sql: ['DELETE FROM audit_entries WHERE seq = 1'], brokenAt: 1 },
  { name: 'the last entry cut off', sql: ['DELETE FROM audit_entries WHERE seq = 10'], brokenAt: 10 },
  { name: 'the last three cut off', sql: ['DELETE FROM audit_entries WHERE seq > 7'], brokenAt: 8 },
  {
    name: 'an entry slipped in before the first',
    sql: [
      'INSERT INTO audit_entries SELECT -1, at, actor, request_id, action, subject, detail, previous_hash, hash FROM audit_entries WHERE seq = 1',
    ],
    brokenAt: 1,
  },
  { name: 'everything deleted', sql: ['DELETE FROM audit_entries'], brokenAt: 1 },
  {
    name: 'two entries exchanged',
    sql: [
      'UPDATE audit_entries SET seq = 100 WHERE seq = 3',
      'UPDATE audit_entries SET seq = 3 WHERE seq = 4',
      'UPDATE audit_entries SET seq = 4 WHERE seq = 100',
    ],
    brokenAt: 3,
  },
  {
    name: 'a deletion with the rest moved up',
    sql: [
      'DELETE FROM audit_entries WHERE seq = 4',
      'UPDATE audit_entries SET seq = seq + 100 WHERE seq > 4',
      'UPDATE audit_entries SET seq = seq - 101 WHERE seq > 100',
    ],
    brokenAt: 4,
  },
  {
    name: 'an entry slipped in at the end',
    sql: [
      `INSERT INTO audit_entries SELECT 11, at, actor, request_id, action, subject, detail, hash, '${'e'.repeat(64)}' FROM audit_entries WHERE seq = 10`,
    ],
    brokenAt: 11,
  },
  { name: 'the head moved back', sql: ['UPDATE audit_head SET seq = 8'], brokenAt: 9 },
  {
    name: 'the head’s hash altered',
    sql: [`UPDATE audit_head SET hash = '${'f'.repeat(64)}'`],
    brokenAt: 10,
  },
];

for (const database of databases()) {
  test(`${database.name}: a chain holds from its first entry to its head`, async t => {
    const db = await freshDb(t, database);

    t.deepEqual(await checkChain(db), { entries: 0, brokenAt: undefined });
    await aChain(db);
    t.deepEqual(await checkChain(db), { entries: 10, brokenAt: undefined });
    const [first, second] = await entriesAfter(db, 0, 2);
    t.is(first?.previousHash, GENESIS_HASH);
    t.is(second?.previousHash, first?.hash);
    t.deepEqual(
      [first?.seq, first?.actor, first?.at, first?.requestId],
      [1, ACT.actor, ACT.at, ACT.requestId],
    );
  });

  test(`${database.name}: whatever was tampered with, the first wrong place is named`, async t => {
    const db = await freshDb(t, database);
    await aChain(db);
    const entries = await db.sequelize.query('SELECT * FROM audit_entries');
    const head = await getHead(db);

    for (const { name, sql, brokenAt } of TAMPERINGS) {
      for (const statement of sql) await db.sequelize.query(statement);
      const report = await checkChain(db);
      t.is(report.brokenAt, brokenAt, name);
      await db.sequelize.query('DELETE FROM audit_entries');
      await db.sequelize.getQueryInterface().bulkInsert('audit_entries', entries[0] as object[]);
      await db.sequelize.query('UPDATE audit_head SET seq = ?, hash = ?', {
        replacements: [head.seq, head.hash],
      });
    }
    t.deepEqual(await checkChain(db), { entries: 10, brokenAt: undefined });
  });

  test(`${database.name}: a chain without its head does not hold`, async t => {
    const db = await freshDb(t, database);
    await aChain(db);

    await db.sequelize.query('DELETE FROM audit_head');

    t.deepEqual(await checkChain(db), { entries: 10, brokenAt: 11 });
  });

  test(`${database.name}: sixteen writers at once make one chain without gaps`, async t => {
    const db = await freshDb(t, database);

    await Promise.all(
      Array.from({ length: 16 }, async (_, place) => write(db, [aFact(`A${place}`), aFact(`C${place}`)])),
    );

    t.deepEqual(await checkChain(db), { entries: 32, brokenAt: undefined });
  });

  test(`${database.name}: a chain that is being written holds whenever it is looked at`, async t => {
    const db = await freshDb(t, database);
    const writing = (async (): Promise<void> => {
      for (let at = 0; at < 25; at += 1) await write(db, [aFact(`B${at}`)]);
    })();

    const reports = [];
    for (let look = 0; look < 25; look += 1) reports.push(await checkChain(db));
    await writing;

    t.deepEqual(
      reports.filter(report => report.brokenAt !== undefined),
      [],
    );
  });

  test(`${database.name}: a change that is undone leaves no entry`, async t => {
    const db = await freshDb(t, database);

    await t.throwsAsync(async () =>
      inTransaction(db, async tx => {
        await record({ tx, db }, ACT, [aFact('B1')]);
        throw new RangeError('undone');
      }),
    );

    t.deepEqual(await checkChain(db), { entries: 0, brokenAt: undefined });
  });
}

test('no field of an entry can bleed into its neighbour', t => {
  const entry = {
    seq: 1,
    at: 1,
    actor: 'a',
    requestId: 'r',
    action: 'x","y',
    subject: 's',
    detail: '{}',
    previousHash: GENESIS_HASH,
  };
  const other = { ...entry, action: 'x', subject: 'y","s' };

  t.not(hashedText(entry), hashedText(other));
  t.is(hashedText({ ...entry, action: 'x' }), `[1,1,"a","r","x","s","{}","${GENESIS_HASH}"]`);
});
