/**
 * The people's stories in the order of their calendar: uploads, month-end batches, suspension, correction, revocation. Every step
 * is the product's own verb; a step that was done in an earlier run is recognised and left.
 */
import { normaliseName } from '../../certificate/name.ts';
import { printedNameOf } from '../../certificate/rarity.ts';
import { displayableIn } from '../../certificate/face/glyphs.ts';
import type { Renderer } from '../../certificate/render.ts';
import { certificatesFor, type Certificate } from '../../certificate/store.ts';
import { courseFrom, type Application } from '../../applications/application.ts';
import { readRoster } from '../../applications/roster/read-roster.ts';
import { addApplications, applicationsOf } from '../../applications/store.ts';
import { takeInRoster } from '../../applications/take-in-roster.ts';
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import { requestCorrection } from '../../issuance/correct.ts';
import { releaseAll } from '../../issuance/release-all.ts';
import { unprintableWith } from '../../issuance/render-files.ts';
import { changeState } from '../../revocation/change-state.ts';
import { changesOf } from '../../revocation/store.ts';
import type { Act } from '../../shared/act.ts';
import { lastDayOf, startOf, type Instant, type Month, type PlainDate } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { issuedPersonas, keyMonths, type Persona, type PostIssuance } from './personas.ts';

interface Scene {
  readonly at: Instant;
  readonly play: (act: Act) => Promise<void>;
}

const MORNING = 10 * 3600;
const EVENING = 17 * 3600;

/** Every story has happened. */
export async function runStories(
  world: World,
  renderer: Renderer,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const scenes = [...uploads(world, renderer), ...batches(world, renderer), ...aftermaths(world)].sort(
    (a, b) => a.at - b.at,
  );
  for (const [place, scene] of scenes.entries()) {
    await scene.play({ actor: 'system:demo', at: scene.at, requestId: world.ids() });
    onProgress(place + 1, scenes.length);
  }
}

function uploads(world: World, renderer: Renderer): Scene[] {
  return issuedPersonas().map(persona => ({
    at: startOf(uploadedOn(persona)) + MORNING,
    play: act =>
      persona.route === 1
        ? uploadRoster(world, act, { persona, renderer })
        : addReviewed(world, act, persona),
  }));
}

function batches(world: World, renderer: Renderer): Scene[] {
  const options = { unprintable: unprintableWith(renderer) };
  return keyMonths().map(month => ({
    at: startOf(lastDayOf(month)) + EVENING,
    play: async act => {
      await releaseAll(world, act, { month, options });
    },
  }));
}

function aftermaths(world: World): Scene[] {
  return issuedPersonas().flatMap(persona =>
    (persona.postIssuance ?? []).map(event => ({
      at: startOf(event.date) + MORNING,
      play: (act: Act) => applyEvent(world, act, { persona, event }),
    })),
  );
}

async function uploadRoster(
  world: World,
  act: Act,
  { persona, renderer }: { persona: Persona; renderer: Renderer },
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify([rosterCells(persona)]));
  const read = await readRoster(bytes, `${persona.id}.json`);
  const displayable = (text: string): boolean => displayableIn(text, renderer.fonts);
  await takeInRoster(world, act, { read, month: batchMonth(persona), displayable });
}

function rosterCells({
  holder,
  employer,
  submittingUnit,
  qualification,
  timeline,
}: Persona): Record<string, string> {
  return {
    姓名: holder.name,
    性别: holder.gender,
    证件类型: holder.idType,
    证件号码: holder.idNumber,
    手机号码: holder.mobile,
    工作单位: employer?.name ?? '',
    工作单位代码: employer?.uscc ?? '',
    呈报单位: submittingUnit.name,
    系列: qualification.series,
    专业: qualification.specialty,
    层级: qualification.level,
    资格名称: qualification.title,
    评审机构: qualification.reviewBody,
    取得资格时间: qualification.obtainedDate,
    核准备案日期: timeline['filedAt'] ?? '',
  };
}

/** Routes 2–4 enter as results already reviewed, until applications are made and reviewed in the product itself. */
async function addReviewed(world: World, act: Act, persona: Persona): Promise<void> {
  if ((await applicationsOf(world, persona.holder.idNumber)).length > 0) return;
  const application = reviewed(world, act, persona);
  await inTransaction(world.db, async tx => {
    await addApplications(tx, world, [application]);
    const detail = { route: persona.route, month: batchMonth(persona) };
    await record({ tx, db: world.db }, act, [
      { action: 'application.uploaded', subject: application.id, detail },
    ]);
  });
}

function reviewed(world: World, act: Act, persona: Persona): Application {
  const { holder, qualification, employer } = persona;
  const policy = world.config.rarityPolicy;
  const name = normaliseName(holder.name);
  if (!name.ok) throw new RangeError(`persona ${persona.id}: ${name.fault.code}`);
  const byHand = persona.expected.rareCharacters.gbk.filter(rare => rare.pinyinSource === 'manual');
  const printed = printedNameOf(name.name, {
    policy,
    manual: new Map(byHand.map(rare => [rare.char, rare.pinyin])),
  });
  if (!printed.ok)
    throw new RangeError(`persona ${persona.id}: ${printed.faults.map(fault => fault.code).join()}`);
  return {
    id: world.ids(),
    route: persona.route,
    subtype: persona.routeSubtype ?? undefined,
    state: 'UPLOADED',
    batchMonth: batchMonth(persona),
    rosterId: undefined,
    name: name.name,
    printedName: printed.printedName,
    rarityPolicy: policy,
    gender: holder.gender,
    idType: holder.idType,
    idNumber: holder.idNumber,
    phone: holder.mobile,
    employer: employer?.name,
    employerCode: employer?.uscc,
    submittingUnit: persona.submittingUnit.name,
    seriesCode: qualification.seriesCode,
    series: qualification.series,
    specialty: qualification.specialty,
    level: qualification.levelLetter,
    qualification: qualification.title,
    reviewBody: qualification.reviewBody,
    obtainedOn: qualification.obtainedDate,
    filedOn: undefined,
    uploadedAt: act.at,
    uploadDeadline: undefined,
    uploadLate: false,
    corrects: undefined,
    entrustLetter: undefined,
    externalNumber: undefined,
    draft: undefined,
    passKey: undefined,
    course: courseFrom({
      originator: 'holder',
      changedAt: act.at,
      turn: { kind: 'bureau', organisationId: undefined },
    }),
  };
}

async function applyEvent(
  world: World,
  act: Act,
  { persona, event }: { persona: Persona; event: PostIssuance },
): Promise<void> {
  const versions = await certificatesOf(world, persona);
  const [first] = versions;
  if (!first) throw new RangeError(`persona ${persona.id}: no certificate to change`);
  const done = (await changesOf(world.db, first)).some(change => change.at >= act.at);
  if (done) return;
  switch (event.event) {
    case 'SUSPEND':
      await changeState(world, act, {
        number: first.number,
        change: 'SUSPEND',
        reason: 'UNDER_INVESTIGATION',
      });
      return;
    case 'RESUME':
      await changeState(world, act, { number: first.number, change: 'RESUME', reason: 'NOT_UPHELD' });
      return;
    case 'REVOKE': {
      const reason = event.reasonCode ?? '';
      await changeState(world, act, {
        number: first.number,
        change: 'REVOKE',
        reason,
        document: '津人社撤字〔2021〕0号（测试）',
      });
      return;
    }
    case 'CORRECT': {
      const pending = (await applicationsOf(world, persona.holder.idNumber)).some(
        application => application.corrects,
      );
      if (!pending)
        await requestCorrection(world, act, {
          number: first.number,
          name: event.to ?? '',
          proof: event.proof ?? '',
        });
      return;
    }
    default:
      // a holder's death changes what the holder may do, not the certificate: it stays a true fact
      return;
  }
}

/** All versions of the persona's certificate, oldest first. */
export async function certificatesOf(world: World, persona: Persona): Promise<readonly Certificate[]> {
  const applications = await applicationsOf(world, persona.holder.idNumber);
  const found = await certificatesFor(
    world.db,
    applications.map(application => application.id),
  );
  return [...found].sort((a, b) => a.version - b.version);
}

function batchMonth(persona: Persona): Month {
  const { batchMonth: month } = persona.expected;
  if (month === undefined) throw new RangeError(`persona ${persona.id}: no batch month`);
  return month;
}

function uploadedOn(persona: Persona): PlainDate {
  const date = persona.timeline['uploadedAt'];
  if (date === undefined) throw new RangeError(`persona ${persona.id}: never uploaded`);
  return date;
}
