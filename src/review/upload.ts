/**
 * Departments and exam bodies gather what they passed and upload it to the bureau (汇总上传; notice: R10, R12, R13). The month whose
 * batch it joins is fixed here and nowhere else.
 */
import { grantsFor, type Grant, type PersonalAct } from '../accounts/role.ts';
import type { Application, Turn } from '../applications/application.ts';
import { digestOf } from '../applications/row.ts';
import { lockApplications, stepApplications } from '../applications/store.ts';
import { isVisibleBy } from '../applications/visible.ts';
import { record } from '../audit/record.ts';
import { calendarOf } from '../calendar/store.ts';
import type { Tx } from '../db/connect.ts';
import { inTransaction } from '../db/tx.ts';
import { addMonths, dateAt, monthAt, type Instant, type Month } from '../shared/time.ts';
import { CalendarMissing, uploadCutoff, type CutoffRules } from '../shared/working-days.ts';
import type { World } from '../world.ts';
import type { Item, ItemResult } from './decide.ts';
import { refusal, type Refusal } from './path.ts';

const CHUNK = 100;

/** Every passed item is the bureau's, in its month; every other is refused with its own reason, in the order given. */
export async function uploadMany(
  world: World,
  act: PersonalAct,
  { items }: { readonly items: readonly Item[] },
): Promise<readonly ItemResult[]> {
  const rules = { calendar: await calendarOf(world.db), rollover: world.config.cutoffRollover };
  const results: ItemResult[] = [];
  for (let at = 0; at < items.length; at += CHUNK) {
    const chunk = { items: items.slice(at, at + CHUNK), rules };
    results.push(...(await inTransaction(world.db, tx => uploadChunk({ tx, world }, act, chunk))));
  }
  return results;
}

/**
 * The month whose batch an upload of that route at that instant joins: route 2 the next one after the cut-off (R10), all others the
 * month itself (R12, R13). @throws CalendarMissing
 */
export function batchMonthAt(route: Application['route'], at: Instant, rules: CutoffRules): Month {
  const month = monthAt(at);
  if (route !== 2) return month;
  return dateAt(at) <= uploadCutoff(month, rules) ? month : addMonths(month, 1);
}

interface Accepted {
  readonly application: Application;
  readonly grant: Grant;
  readonly month: Month;
}

async function uploadChunk(
  { tx, world }: { readonly tx: Tx; readonly world: World },
  act: PersonalAct,
  { items, rules }: { readonly items: readonly Item[]; readonly rules: CutoffRules },
): Promise<readonly ItemResult[]> {
  const applications = await lockApplications(
    tx,
    world,
    items.map(item => item.id),
  );
  const accepted = new Map<string, Accepted>();
  const results = items.map(({ id, version }): ItemResult => {
    const application = applications.get(id);
    if (accepted.has(id)) return { id, ...refusal('STALE') };
    const judged = judgeUpload(application, act, { version, rules });
    if ('code' in judged) return { id, ...judged };
    accepted.set(id, judged);
    return { id, ok: true, state: 'UPLOADED', version: version + 1 };
  });
  const all = [...accepted.values()];
  if (all.length > 0) await upload({ tx, world }, act, all);
  return results;
}

function judgeUpload(
  application: Application | undefined,
  act: PersonalAct,
  { version, rules }: { readonly version: number; readonly rules: CutoffRules },
): Accepted | Refusal {
  const grants = grantsFor(act.by, 'application.upload');
  if (grants.length === 0) return refusal('FORBIDDEN');
  const visible = application ? grants.filter(each => isVisibleBy(each, application)) : [];
  if (!application || visible.length === 0) return refusal('NOT_FOUND');
  if (application.idNumber === act.by.idNumber) return refusal('OWN_APPLICATION');
  const { course, state } = application;
  if (course.version !== version) return refusal('STALE');
  const grant = visible.find(each => holdsTurn(each, course.turn));
  const stands = (state === 'DEPT_REVIEW' || state === 'EXAM_REVIEW') && course.passedAt !== undefined;
  if (!grant || !stands) return refusal('APPLICATION_STATE');
  try {
    return { application, grant, month: batchMonthAt(application.route, act.at, rules) };
  } catch (error) {
    if (!(error instanceof CalendarMissing)) throw error;
    return { ok: false, code: error.code, detail: error.detail };
  }
}

function holdsTurn({ capacity, organisationId }: Grant, turn: Turn | undefined): boolean {
  const kind = capacity === 'archive' ? 'department' : capacity;
  return turn?.kind === kind && turn.organisationId === organisationId;
}

async function upload(
  { tx, world }: { readonly tx: Tx; readonly world: World },
  act: PersonalAct,
  accepted: readonly Accepted[],
): Promise<void> {
  const turn = { kind: 'bureau', organisationId: undefined } as const;
  for (const month of new Set(accepted.map(each => each.month))) {
    const ids = accepted.filter(each => each.month === month).map(each => each.application.id);
    const step = { state: 'UPLOADED', turn, at: act.at, uploadedAt: act.at, batchMonth: month } as const;
    await stepApplications(tx, world.db, { ids, step: { ...step, passedAt: undefined, reason: undefined } });
  }
  await record(
    { tx, db: world.db },
    act,
    accepted.map(({ application, grant, month }) => ({
      action: 'application.uploaded',
      subject: application.id,
      detail: {
        from: application.state,
        to: 'UPLOADED',
        month,
        version: application.course.version,
        capacity: grant.capacity,
        organisationId: grant.organisationId,
        digest: digestOf(world.cipher, application),
      },
    })),
  );
}
