/** Correction (更正/换发) over HTTP: which fields, what is refused, and that the old version ends exactly when the new one begins (domain §5.2). */
import test from 'ava';
import { applicationsById } from '../../src/applications/store.ts';
import { versionsOf } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { publish } from '../../src/revocation/publish.ts';
import type { CertificateRecord } from '../../src/shared/shapes/shapes.ts';
import { newAct, type World } from '../../src/world.ts';
import { aRegister, one, revoke, verdictNow } from '../revocation/a-register.ts';
import { idNumberOf, JULY } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aDesk, HANDLER } from './a-desk.ts';

const PROOF = { kind: 'CORRECT', proof: '户籍证明（测试）' } as const;

async function issue(world: World, failpoint?: (name: string) => void): Promise<void> {
  const options = { unprintable: () => [], ...(failpoint ? { failpoint } : {}) };
  await releaseAll(world, newAct(world, 'test:clerk'), { month: JULY, options });
}

for (const database of databases()) {
  const on = `, on ${database.name}`;

  test(`wrong data is corrected under the same number by a new version, and the old print says so${on}`, async t => {
    const register = await aRegister(t, database);
    const { world, pass } = register;
    const old = one(register);
    const desk = await aDesk(t, world);
    const fields = {
      idNumber: idNumberOf(7),
      submittingUnit: '天津市测试单位人事处（测试）',
      specialty: '桥梁设计',
    };
    pass(60);
    const proposed = await desk.propose(old.number, { ...PROOF, ...fields });
    t.like(proposed.body, { reason: 'DATA_ERROR', specialty: '桥梁设计' });
    t.false(JSON.stringify(proposed.body).includes(fields.idNumber));
    t.is((await desk.confirm(proposed.body)).status, 200);
    t.regex((await newestMessageTo(world, '19900001001')) ?? '', /更正已受理/);
    t.is(await verdictNow(world, old), 'valid');

    await t.throwsAsync(
      issue(world, name => {
        if (name === 'signed') throw new Error('killed');
      }),
      { message: 'killed' },
    );
    t.is((await versionsOf(world.db, old.number)).length, 1);
    t.is(await verdictNow(world, old), 'valid');
    await issue(world);
    await publish(world, newAct(world, 'system:publisher'));

    const [, next] = await versionsOf(world.db, old.number);
    if (!next) return t.fail('no second version');
    t.is(await verdictNow(world, old), 'superseded');
    t.is(await verdictNow(world, next), 'valid');
    const application = (await applicationsById(world, [next.applicationId])).get(next.applicationId);
    t.like(application, { ...fields, gender: '男', name: '张明远' });
    const { body } = await desk.get(HANDLER, `/api/certificates/${old.number}/record`);
    t.like((body as CertificateRecord).versions[1]?.changes[0], {
      change: 'SUPERSEDE',
      reason: 'DATA_ERROR',
    });
    t.deepEqual((await checkEverything(world)).faults, []);
    return undefined;
  });

  test(`what is no correction is refused with what to do, and nobody gets another's title${on}`, async t => {
    const register = await aRegister(t, database, 3);
    const { number, applicationId } = one(register);
    const own = (await applicationsById(register.world, [applicationId])).get(applicationId);
    const another = [1, 3].map(idNumberOf).find(each => each !== own?.idNumber);
    const desk = await aDesk(t, register.world);
    const refused: readonly [object, string, string][] = [
      [{ level: 'A' }, 'BAD_REQUEST', '编发新的证书编号'],
      [{ qualification: '正高级工程师' }, 'BAD_REQUEST', '编发新的证书编号'],
      [{ series: '会计人员' }, 'BAD_REQUEST', '编发新的证书编号'],
      [{ idNumber: `${idNumberOf(7).slice(0, 17)}?` }, 'BAD_REQUEST', '证件号码'],
      [{ idNumber: another }, 'TITLE_HELD', '核对是否重复发证'],
      [{ gender: own?.gender === '男' ? '女' : '男' }, 'BAD_REQUEST', '第 17 位'],
      [{ submittingUnit: '<b>' }, 'BAD_REQUEST', '呈报单位'],
      [{ name: '张明远' }, 'BAD_REQUEST', '没有需要更正的'],
      [{ name: '张明志', specialty: '桥梁设计', reason: 'NAME_CHANGE' }, 'BAD_REQUEST', '只改姓名'],
      [{ name: '张明志', reason: 'HOLDER_REQUEST' }, 'BAD_REQUEST', '不改内容'],
      [{ name: '张明志', reason: 'FRAUD' }, 'REASON_UNKNOWN', 'NAME_CHANGE'],
    ];

    for (const [fields, code, says] of refused) {
      const answer = await desk.propose(number, { ...PROOF, ...fields });
      t.is(answer.code, code, JSON.stringify(fields));
      t.true(JSON.stringify(answer.body).includes(says), JSON.stringify(answer.body));
    }
    t.is((await desk.propose(number, { ...PROOF, reason: 'HOLDER_REQUEST' })).status, 201);
  });

  test(`who confirms a corrected name is shown the readings that were given for it${on}`, async t => {
    const register = await aRegister(t, database);
    const desk = await aDesk(t, register.world);
    const fields = { name: '张𬭎', namePinyin: '𬭎=hong' };
    const { body } = await desk.propose(one(register).number, { ...PROOF, ...fields });
    t.like(body, { name: '张𬭎', namePinyin: '𬭎=HONG' });
    t.is((await desk.confirm(body)).status, 200);
  });

  test(`a certificate that was revoked while its correction waited never comes back as a new version${on}`, async t => {
    const register = await aRegister(t, database, 2);
    const { world, pass, now } = register;
    const [first, second] = [one(register), one(register, 1)];
    const desk = await aDesk(t, world);
    for (const { number } of [first, second])
      t.is((await desk.change(number, { ...PROOF, name: '张明志' })).status, 200);
    pass(60);
    await revoke(world, first, now());

    // the second is promised when the power fails, and revoked before it comes back
    await t.throwsAsync(
      issue(world, name => {
        if (name === 'reserved') throw new Error('killed');
      }),
      { message: 'killed' },
    );
    await revoke(world, second, now());
    await issue(world);
    await publish(world, newAct(world, 'system:publisher'));

    for (const each of [first, second]) {
      t.is((await versionsOf(world.db, each.number)).length, 1);
      t.is(await verdictNow(world, each), 'revoked');
    }
  });
}
