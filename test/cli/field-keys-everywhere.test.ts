import test from 'ava';
import { addRunning, findKeyed, saveAnswer } from '../../src/accounts/once/store.ts';
import { findAccount, staffCredentials } from '../../src/accounts/people/store.ts';
import { addCode, findCode } from '../../src/accounts/sign-in/store.ts';
import { findEmployment, openEmployment } from '../../src/accounts/ties/store.ts';
import type { FileRecord } from '../../src/applications/attachment/attachment.ts';
import { addFile, bytesOf, CHUNK_BYTES, findFile } from '../../src/applications/attachment/store.ts';
import { applicationsById } from '../../src/applications/store.ts';
import { leftOf, rotate, statusOf } from '../../src/cli/field-keys.ts';
import { fieldCipher, indexKeyOf } from '../../src/db/field-cipher.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { enqueue, newestMessageTo } from '../../src/messages/enqueue.ts';
import type { Decision } from '../../src/review/decision.ts';
import { addDecisions, decisionsOn } from '../../src/review/store.ts';
import { newSecret } from '../../src/webhooks/target/secret.ts';
import { findTarget, saveTarget } from '../../src/webhooks/target/store.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, idNumberOf, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aStaff, organisationCodeOf } from '../support/people.ts';

const KEY_1 = new Uint8Array(32).fill(1);
const KEY_2 = new Uint8Array(32).fill(2);
const PHONE = '19900001001';
const ID_NUMBER = idNumberOf(7);
const CONTENT = new Uint8Array(CHUNK_BYTES * 2 + 5).fill(0x25);
const id = (digit: string): string => digit.repeat(32);

/** One row in every table with sealed fields, written as the service writes them; what it reads of them again. */
async function oneOfEach(world: World): Promise<(reader: World) => Promise<readonly unknown[]>> {
  const { db } = world;
  const [applicationId = ''] = await takeIn(world, [someCells(1)]);
  const staff = await aStaff(world, {
    capacity: 'employer',
    duty: 'clerk',
    organisationCode: organisationCodeOf(1),
  });
  const file: FileRecord = {
    id: id('1'),
    applicationId,
    purpose: 'APPOINTMENT',
    name: '聘任文件.pdf',
    mediaType: 'application/pdf',
    size: CONTENT.length,
    sha256: '0'.repeat(64),
    addedAt: JULY_30,
    addedBy: staff.accountId,
  };
  const employmentId = await inTransaction(db, async tx => {
    const code = { id: id('2'), idNumber: ID_NUMBER, phone: PHONE, codeHash: '0'.repeat(64), live: true };
    await addCode(tx, world, { ...code, createdAt: JULY_30, endsAt: JULY_30 + 300 });
    const keyed = { id: '3'.repeat(64), startedAt: JULY_30 };
    await addRunning(tx, db, { ...keyed, requestHash: '0'.repeat(64) });
    await saveAnswer(tx, world, { ...keyed, answer: '{"name":"张明远"}' });
    await enqueue(tx, world, [{ template: 'issued', phone: PHONE, values: { date: '8月15日' } }]);
    await addFile(tx, world, { file, bytes: CONTENT });
    await addDecisions(tx, world, [aDecision(applicationId)]);
    const place = { clientId: id('7'), url: 'https://hooks.example.com/', setAt: JULY_30, setBy: 'client:7' };
    const secrets = { secret: newSecret(), oldSecret: newSecret(), oldSecretUntil: JULY_30 + 60 };
    await saveTarget(tx, world, { ...place, ...secrets });
    const joining = {
      organisationId: staff.organisationId,
      idNumber: ID_NUMBER,
      name: '张明远',
      from: '2021-01-01',
    };
    return openEmployment(tx, world, joining);
  });
  return async reader => [
    (await applicationsById(reader, [applicationId])).get(applicationId),
    await findAccount(reader, staff.accountId),
    await staffCredentials(reader, staff.accountId),
    await findCode(reader, id('2')),
    await findKeyed(reader, '3'.repeat(64)),
    await newestMessageTo(reader, PHONE),
    await findFile(reader, { applicationId, fileId: file.id }),
    await bytesOf(reader, file),
    await decisionsOn(reader, applicationId),
    await findEmployment(reader, employmentId ?? ''),
    await findTarget(reader, id('7')),
  ];
}

function aDecision(applicationId: string): Decision {
  return {
    id: id('4'),
    applicationId,
    version: 1,
    round: 1,
    level: 'department',
    decision: 'approve',
    accountId: id('5'),
    capacity: 'department',
    organisationId: id('6'),
    at: JULY_30,
    opinion: '',
    seenDigest: '0'.repeat(64),
    seen: '[["姓名","张明远"]]',
  };
}

for (const database of databases()) {
  test(`every store reads with the new key alone what it wrote with the old one: ${database.name}`, async t => {
    const bureau = await aBureau(t, database);
    const before = { ...bureau, cipher: fieldCipher(KEY_1) };
    const readAll = await oneOfEach(before);
    const expected = await readAll(before);
    const both = [
      { id: 2, key: KEY_2 },
      { id: 1, key: KEY_1 },
    ] as const;
    const world = { ...bureau, cipher: fieldCipher({ keys: both }) };
    const filled = (await statusOf(world)).filter(({ byKey }) => (byKey.get(1) ?? 0) > 0);
    t.is(filled.length, 10);

    const { unreadable } = await rotate(world, anAct());

    t.deepEqual(unreadable, []);
    t.is(leftOf(await statusOf(world), 2), 0);
    const alone = fieldCipher({ keys: [both[0]], indexKey: indexKeyOf(KEY_1) });
    t.deepEqual(await readAll({ ...bureau, cipher: alone }), expected);
    t.false(expected.includes(undefined));
  });
}
