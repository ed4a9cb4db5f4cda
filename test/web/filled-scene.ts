/**
 * Fills the scene of my-scene.ts: something in every section of the console and on every page of the holder, on the first morning on
 * which August's certificates can be collected. Where people may write what they like, they wrote HTML.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { Application, Turn } from '../../src/applications/application.ts';
import { addCommittee, addEntitlement } from '../../src/applications/register/change-register.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { sendPublicFeedback } from '../../src/feedback/send-feedback.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { newChallenge } from '../../src/lookups/challenge.ts';
import { startOf } from '../../src/shared/time.ts';
import { newAct } from '../../src/world.ts';
import { codeOf, COMMITTEE } from '../applications/a-city.ts';
import { EASY, solve } from '../lookups/asking.ts';
import { anApplication, checked, put, uploaded } from '../review/a-case.ts';
import { anActor } from '../support/actor.ts';
import { idNumberOf, someCells } from '../support/bureau.ts';
import { anOrganisation, client, organisationCodeOf, signInHolder, type Client } from '../support/people.ts';
import { aPassFor, type Desk, type Scene } from './my-scene.ts';
import { COLLECTION } from './my-steps.ts';

/** Shown as it is written, or a page is broken by it. */
export const MARKUP = '<b>x</b><img src=x onerror="document.title=1">';
const AUGUST = '2021-08';
const SEPTEMBER = '2021-09';
const UPLOADED_AT = startOf('2021-09-02');

export interface Filled {
  /** `name=value` of the holder's session. */
  readonly holderCookie: string;
  /** Of the holder, collectable. */
  readonly number: string;
  /** Text of the code on it. */
  readonly qrText: string;
  /** Of the holder: begun, returned, waiting for confirmation and with the department. */
  readonly applications: Readonly<Record<'draft' | 'returned' | 'confirm' | 'underWay' | 'pass', string>>;
}

export async function fill(scene: Scene): Promise<Filled> {
  await registers(scene);
  const made = await certificates(scene);
  await scene.goTo(COLLECTION);
  await waitingEverywhere(scene);
  const pass = await aPassFor(scene, { 专业: '会计' });
  const session = await signInHolder(scene.url, scene.world, scene.person);
  const holder = client(scene.url, session);
  const own = await ownApplications(scene);
  await shownToOthers(holder, made.number);
  await workOfDesks(scene, { number: made.number });
  await reports(scene, { holder, applicationId: own.underWay, number: made.number });
  return { ...made, holderCookie: session.cookie, applications: { ...own, pass } };
}

async function registers({ world }: Scene): Promise<void> {
  const by = anActor('bureau', 'administrator');
  const act = { ...newAct(world, by.accountId), by };
  await addCommittee(world, act, {
    filingNumber: '津职评备〔2021〕001号（测试）',
    name: COMMITTEE,
    organiserCode: codeOf('organiser'),
    subtype: '社会化评审',
    seriesCodes: ['05', '06', '07'],
    levels: ['B', 'A'],
    from: '2021-01-01',
    to: '2021-12-31',
  });
  await addEntitlement(world, act, {
    organisationCode: codeOf('university'),
    seriesCode: '05',
    document: MARKUP,
    from: '2021-01-01',
  });
  await anOrganisation(world, {
    code: organisationCodeOf(880),
    name: `测试执业注册中心 ${MARKUP}`,
    capacities: ['registration-body'],
  });
}

/** Those of August: one of the holder's, one of each other category. */
async function certificates({ world, person, people }: Scene): Promise<{ number: string; qrText: string }> {
  const mine = uploaded({
    batchMonth: AUGUST,
    level: 'B',
    qualification: '高级工程师',
    route: 4,
    name: '张明远',
    idNumber: person.idNumber,
    phone: person.phone,
    course: { employerId: people.employer.organisationId },
  });
  const others = (['正高级工程师', '工程师', '助理工程师'] as const).map((qualification, place) =>
    uploaded({
      batchMonth: AUGUST,
      level: (['A', 'C', 'D'] as const)[place] ?? 'C',
      qualification,
      name: '李思齐',
      gender: (301 + place) % 2 === 1 ? '男' : '女',
      idNumber: idNumberOf(301 + place),
    }),
  );
  await put(world, [mine, ...others]);
  await releaseAll(world, newAct(world, 'test'), { month: AUGUST, options: { unprintable: () => [] } });
  const [certificate] = await certificatesFor(world.db, [mine.id]);
  return { number: certificate?.number ?? '', qrText: certificate?.qrText ?? '' };
}

/** Three applications at each desk that decides. */
async function waitingEverywhere({ world, people }: Scene): Promise<void> {
  const turnOf = (kind: Turn['kind'], desk: Desk): Turn => ({
    kind,
    organisationId: people[desk].organisationId,
  });
  const ties = {
    employerId: people.employer.organisationId,
    departmentId: people.department.organisationId,
    examBodyId: people.examBody.organisationId,
    organiserId: people.organiser.organisationId,
  };
  const claims = [
    { name: '欧阳明远', printedName: '欧阳明远' },
    { name: '王𬭎', printedName: '王HONG' },
    { name: '阿卜杜热西提·买买提艾力', printedName: '阿卜杜热西提·买买提艾力' },
  ];
  const stands = [
    { state: 'EMPLOYER_REVIEW', turn: turnOf('employer', 'employer') },
    { state: 'EMPLOYER_REVIEW', turn: turnOf('employer', 'university') },
    { state: 'DEPT_REVIEW', turn: turnOf('department', 'department') },
    { state: 'DEPT_REVIEW', turn: turnOf('department', 'archive') },
    { state: 'EXAM_REVIEW', turn: turnOf('exam-body', 'examBody') },
    { state: 'RETURNED', turn: turnOf('organiser', 'organiser'), reason: `请改正专业 ${MARKUP}` },
  ] as const;
  const reviewed = stands.flatMap(({ state, turn, ...rest }, desk) =>
    claims.map((claim, place) =>
      anApplication({
        ...claim,
        state,
        id: world.ids(),
        idNumber: idNumberOf(400 + desk * 10 + place),
        employer: `津门${MARKUP}研究院`,
        course: { ...ties, originator: state === 'RETURNED' ? 'organiser' : 'holder', turn, ...rest },
      }),
    ),
  );
  const month = { batchMonth: SEPTEMBER, uploadedAt: UPLOADED_AT } as const;
  const atBureau = claims.flatMap((claim, place) => [
    uploaded({ ...claim, ...month, idNumber: idNumberOf(500 + place), employer: `津门${MARKUP}研究院` }),
    checked({
      ...claim,
      ...month,
      idNumber: idNumberOf(510 + place),
      ...(place === 1 ? { uploadLate: true, uploadDeadline: '2021-09-01' } : {}),
      course: { ...ties, checkedBy: people.handler.accountId },
    }),
  ]);
  await put(world, [...reviewed, ...atBureau]);
}

async function ownApplications({
  world,
  person,
  people,
}: Scene): Promise<Omit<Filled['applications'], 'pass'>> {
  const holder = { kind: 'holder', organisationId: undefined } as const;
  const { organisationId: departmentId } = people.department;
  const base = { idNumber: person.idNumber, phone: person.phone, name: '张明远' };
  const made: Record<keyof Omit<Filled['applications'], 'pass'>, Application> = {
    draft: anApplication({ ...base, state: 'DRAFT', specialty: '电气', course: { turn: holder } }),
    returned: anApplication({
      ...base,
      state: 'RETURNED',
      specialty: '测绘',
      level: 'D',
      qualification: '助理工程师',
      course: { turn: holder, reason: `请补充聘任文件 ${MARKUP}` },
    }),
    confirm: anApplication({
      ...base,
      state: 'HOLDER_CONFIRM',
      specialty: '给水排水',
      level: 'E',
      qualification: '技术员',
      course: { originator: 'employer', turn: holder, employerId: people.employer.organisationId },
    }),
    underWay: anApplication({
      ...base,
      state: 'DEPT_REVIEW',
      specialty: '暖通空调',
      employer: `津门${MARKUP}研究院`,
      course: { departmentId, turn: { kind: 'department', organisationId: departmentId } },
    }),
  };
  await put(world, Object.values(made));
  const { draft, returned, confirm, underWay } = made;
  return { draft: draft.id, returned: returned.id, confirm: confirm.id, underWay: underWay.id };
}

async function shownToOthers(holder: Client, number: string): Promise<void> {
  await done(holder.post('/api/me/share-codes', { number, purpose: '应聘某公司工程师', days: 30 }));
}

/** What desks have entered: people in employment, a roster taken in, a client, a change proposed, a decision with its reason. */
async function workOfDesks(scene: Scene, { number }: { number: string }): Promise<void> {
  const { 姓名: name } = someCells(1);
  const employer = await scene.desk('employer');
  const { idNumber } = scene.person;
  await done(employer.post('/api/employments', { idNumber, name, from: '2021-01-01' }));
  const organiser = await scene.desk('organiser');
  const rows = [someCells(801, { 核准备案日期: '2021-09-13' })];
  const bytes = new TextEncoder().encode(JSON.stringify(rows));
  await done(organiser.upload('/api/rosters', { name: '九月.json', mediaType: 'application/json', bytes }));
  const administrator = await scene.desk('administrator');
  const { publicKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  const key = { kty: 'OKP', crv: 'Ed25519', x };
  const wanted = { organisationCode: organisationCodeOf(880), name: `执业注册平台 ${MARKUP}`, key };
  await done(administrator.post('/api/clients', wanted));
  const handler = await scene.desk('handler');
  await done(
    handler.post(`/api/certificates/${number}/changes`, {
      kind: 'REVOKE',
      reason: 'FRAUD',
      document: `津人社撤〔2021〕1号 ${MARKUP}`,
    }),
  );
}

async function reports(
  { world }: Scene,
  { holder, applicationId, number }: { holder: Client; applicationId: string; number: string },
): Promise<void> {
  const act = newAct(world, 'public');
  const challenge = newChallenge(world, act, EASY.difficultyBits);
  await sendPublicFeedback(world, act, {
    category: 'FORGERY',
    text: `扫码后写“已撤销”，请核实 ${MARKUP}`,
    number,
    phone: '19900001009',
    challenge,
    nonce: solve(challenge, EASY.difficultyBits),
    address: '192.0.2.1',
  });
  const own = { category: 'APPLICATION', text: `审核到哪一步了？${MARKUP}`, applicationId };
  await done(holder.post('/api/me/feedback', own));
}

async function done(answering: ReturnType<Client['post']>): Promise<void> {
  const answer = await answering;
  if (answer.status >= 300) throw new RangeError(JSON.stringify(answer.body));
}
