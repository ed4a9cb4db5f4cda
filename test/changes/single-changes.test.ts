/** Single changes of state over HTTP: extension, withdrawal, what exactly is confirmed, bad input, and what the holder is told (domain §5.2, §5.3). */
import test from 'ava';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { startOf } from '../../src/shared/time.ts';
import type { CertificateRecord } from '../../src/shared/shapes/shapes.ts';
import { newAct } from '../../src/world.ts';
import { aRegister, one, verdictNow } from '../revocation/a-register.ts';
import { anAct, openWorld } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import {
  aDesk,
  APPROVER,
  BOTH,
  CANCELLATION,
  extension,
  HANDLER,
  HANDLER_2,
  OFFICER,
  RESUMPTION,
  REVOCATION,
  SUSPENSION,
} from './a-desk.ts';

const PHONE = '19900001001';

for (const database of databases()) {
  const on = `, on ${database.name}`;

  test(`a suspension is extended once, to a later end that is not too far, and ends by itself in its last second${on}`, async t => {
    const register = await aRegister(t, database);
    const { world, now, pass } = register;
    const { number } = one(register);
    const desk = await aDesk(t, world);
    const recordNow = async () =>
      (await desk.get(HANDLER, `/api/certificates/${number}/record`)).body as CertificateRecord;

    t.is((await desk.propose(number, extension('2021-09-30'))).code, 'STATE_CONFLICT');
    t.is((await desk.change(number, SUSPENSION)).status, 200);
    t.deepEqual((await recordNow()).suspension, { through: '2021-09-28', extended: false });
    const wrong = ['', null, '2021-02-30', '2021-09-28', '2022-01-27', '九月', '2021-07-01'];
    for (const until of wrong) {
      const answer = await desk.propose(number, { ...extension(''), until });
      t.is(answer.status, 400, String(until));
    }
    const { until: _, ...endless } = extension('');
    t.is((await desk.propose(number, endless)).code, 'BAD_REQUEST');
    t.is((await desk.change(number, extension('2022-01-26'))).status, 200);
    t.deepEqual((await recordNow()).suspension, { through: '2022-01-26', extended: true });
    const again = await desk.propose(number, extension('2022-01-27'));
    t.is(again.status, 409);
    t.is(again.code, 'EXTENDED_ALREADY');
    t.false((await recordNow()).may.some(({ kind }) => kind === 'EXTEND'));

    const end = startOf('2022-01-27');
    pass(end - 1 - now());
    await publish(world, newAct(world, 'system:publisher'));
    t.is(await verdictNow(world, one(register)), 'suspended');
    t.is((await recordNow()).state, 'SUSPENDED');
    pass(1);
    await publish(world, newAct(world, 'system:publisher'));
    t.is(await verdictNow(world, one(register)), 'valid');
    t.is((await recordNow()).state, 'VALID');
    t.is((await desk.propose(number, extension('2022-02-20'))).code, 'STATE_CONFLICT');
  });

  test(`what is confirmed is what was seen, of a certificate that stands as it stood${on}`, async t => {
    const register = await aRegister(t, database);
    const { world, pass } = register;
    const { number } = one(register);
    const desk = await aDesk(t, world);
    const { body: proposal } = await desk.propose(number, REVOCATION);

    const path = `/api/changes/${proposal.id}/decision`;
    const blind = await desk.post(APPROVER, path, { decision: 'confirm' });
    t.is(blind.code, 'BODY_INVALID');
    t.is((await desk.confirm({ ...proposal, digest: '0'.repeat(64) })).code, 'PROPOSAL_CHANGED');
    await changeState(world, anAct(register.now()), {
      number,
      change: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
    });
    pass(1);
    const late = await desk.confirm(proposal);
    t.is(late.status, 409);
    t.is(late.code, 'PROPOSAL_CHANGED');
    t.regex(JSON.stringify(late.body), /撤回，核对现状后重新提议/);

    t.is((await desk.post(HANDLER_2, `/api/changes/${proposal.id}/withdrawal`)).status, 404);
    const withdrawn = await desk.post(HANDLER, `/api/changes/${proposal.id}/withdrawal`);
    t.like(withdrawn, { status: 200, body: { state: 'withdrawn' } });
    t.is((await desk.confirm(proposal)).code, 'STATE_CONFLICT');
    t.is((await desk.post(HANDLER, `/api/changes/${proposal.id}/withdrawal`)).code, 'STATE_CONFLICT');
    const anew = await desk.propose(number, REVOCATION);
    t.not(anew.body.digest, proposal.digest);
    t.is((await desk.confirm(anew.body)).status, 200);
  });

  test(`of two confirmations at once one wins, and nobody confirms their own${on}`, async t => {
    const register = await aRegister(t, database);
    const { world } = register;
    const { number } = one(register);
    const desks = [
      await aDesk(t, world),
      await aDesk(t, await openWorld(t, world.config, world.clock)),
    ] as const;
    const own = await desks[0].propose(number, CANCELLATION, BOTH);
    t.is((await desks[0].confirm(own.body, BOTH)).code, 'TWO_PERSONS_NEEDED');

    const answers = await Promise.all([
      desks[0].confirm(own.body, APPROVER),
      desks[1].confirm(own.body, OFFICER),
    ]);

    t.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    t.is(answers.find(({ status }) => status === 409)?.code, 'STATE_CONFLICT');
  });

  test(`every wrong single change is refused with its own code and changes nothing${on}`, async t => {
    const register = await aRegister(t, database, 2);
    const { world } = register;
    const { number } = one(register);
    const desk = await aDesk(t, world);
    const refused = async (body: unknown, code: string, which = number): Promise<void> => {
      const answer = await desk.propose(which, body);
      t.is(answer.code, code, JSON.stringify([which, body]));
      t.true(answer.status >= 400 && answer.status < 500);
    };

    for (const until of [null, '', '2021-7-30', '2021-02-30', '2021-07-29', '2022-01-27', 60])
      t.is((await desk.propose(number, { ...SUSPENSION, until })).status, 400, String(until));
    await refused(RESUMPTION, 'STATE_CONFLICT');
    for (const which of ['B1220219999998', 'B12202100000', '007', 'B1220210000012', '..%2F..'])
      await refused(REVOCATION, 'CERTIFICATE_UNKNOWN', which);
    await refused({ ...REVOCATION, reason: 'WHIM' }, 'REASON_UNKNOWN');
    await refused({ kind: 'REVOKE', reason: 'FRAUD' }, 'DOCUMENT_MISSING');
    await refused({ ...REVOCATION, kind: 'FORGET' }, 'BODY_INVALID');
    t.is((await desk.change(number, REVOCATION)).status, 200);
    for (const body of [REVOCATION, RESUMPTION, CANCELLATION, SUSPENSION, extension('2021-10-01')])
      await refused(body, 'STATE_CONFLICT');
    await refused({ kind: 'CORRECT', name: '张明志', proof: '户口簿' }, 'STATE_CONFLICT');
    t.is(await verdictNow(world, one(register)), 'revoked');
    t.is(await verdictNow(world, one(register, 1)), 'valid');
  });

  test(`the holder is told of every change and of what can be done against it, never of the reason${on}`, async t => {
    const register = await aRegister(t, database, 2);
    const { world, pass } = register;
    const desk = await aDesk(t, world);
    const told = async (number: string, body: unknown): Promise<string> => {
      pass(10);
      t.is((await desk.change(number, body)).status, 200);
      return (await newestMessageTo(world, PHONE)) ?? '';
    };
    const [first, second] = [one(register).number, one(register, 1).number];

    const texts = [
      await told(first, SUSPENSION),
      await told(first, extension('2021-12-31')),
      await told(first, RESUMPTION),
      await told(first, REVOCATION),
      await told(second, CANCELLATION),
    ];

    const said = [/暂停使用，至 2021年9月28日止.*申诉/, /延长至 2021年12月31日.*申诉/, /已恢复有效/];
    said.push(/已被撤销.*行政复议.*行政诉讼/, /已被注销.*行政复议.*行政诉讼/);
    for (const [place, text] of texts.entries()) {
      t.regex(text, said[place] ?? /never/);
      t.true(text.includes((place < 4 ? first : second).slice(-4)));
      t.notRegex(text, /弄虚作假|误发|举报|张明远|〔2021〕/);
    }
  });
}
