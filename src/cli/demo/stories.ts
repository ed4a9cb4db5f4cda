/**
 * The people's stories in the order of their calendar: applications, reviews, uploads, the bureau's month-ends and what came after. Every
 * step is the product's own verb; a step that was done in an earlier run is recognised by where things stand, and left.
 */
import { freezeHolder } from '../../accounts/people/holders.ts';
import { applicationsById, applicationsOf, idsInMonth } from '../../applications/store.ts';
import { certificatesFor, type Certificate } from '../../certificate/store.ts';
import { decideChange } from '../../changes/decide.ts';
import type { Wanted } from '../../changes/proposal.ts';
import { propose } from '../../changes/propose.ts';
import { approveBatch } from '../../issuance/approve.ts';
import { viewBatch } from '../../issuance/batch-view.ts';
import { resumeReleases } from '../../issuance/release/release.ts';
import { decideMany } from '../../review/decide.ts';
import { changesOf } from '../../revocation/store.ts';
import { publish } from '../../revocation/publish.ts';
import { lastDayOf, startOf, type Instant, type Month } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { keyMonths, PERSONAS, type Persona, type PostIssuance } from './personas.ts';
import { deskAct } from './setup.ts';
import { stepsOf } from './steps.ts';

interface Scene {
  readonly at: Instant;
  readonly play: () => Promise<void>;
}

const HOUR = 3600;

/** Every story has happened. */
export async function runStories(
  world: World,
  onProgress: (done: number, all: number) => void,
): Promise<void> {
  const scenes = [...PERSONAS.flatMap(persona => scenesOf(world, persona)), ...monthEnds(world)];
  scenes.sort((a, b) => a.at - b.at);
  for (const [place, scene] of scenes.entries()) {
    await scene.play();
    onProgress(place + 1, scenes.length);
  }
}

function scenesOf(world: World, persona: Persona): readonly Scene[] {
  const steps = stepsOf(persona).map(({ date, hour, when, act }) => {
    const at = startOf(date) + hour * HOUR;
    const play = async (): Promise<void> => {
      const standing = await applicationsOf(world, persona.holder.idNumber);
      const application = when(standing.filter(each => !each.corrects));
      if (application !== false) await act(world, { persona, application, at });
    };
    return { at, play };
  });
  return [...steps, ...aftermath(world, persona)];
}

/** R16: on the last day the handler checks, the approver approves the digest, and what is approved is signed. */
function monthEnds(world: World): readonly Scene[] {
  return keyMonths().map(month => {
    const at = startOf(lastDayOf(month)) + 17 * HOUR;
    return { at, play: () => endMonth(world, month, at) };
  });
}

async function endMonth(world: World, month: Month, at: Instant): Promise<void> {
  const ids = await idsInMonth(world.db, { month, state: 'UPLOADED' });
  const waiting = await applicationsById(world, ids);
  const items = [...waiting.values()].map(({ id, course }) => ({ id, version: course.version }));
  const handler = await deskAct(world, 'jingban', at);
  await decideMany(world, handler, { decision: 'check', items });
  const approver = await deskAct(world, 'fuhe', at);
  const { count, digest } = await viewBatch(world, approver, month);
  if (count > 0) await approveBatch(world, approver, { month, digest });
  await resumeReleases(world, { actor: 'system:releaser', at, requestId: world.ids() });
}

/** Whatever came after the issue: one proposes, another confirms. */
function aftermath(world: World, persona: Persona): readonly Scene[] {
  return (persona.postIssuance ?? []).map(event => {
    const at = startOf(event.date) + 10 * HOUR;
    return { at, play: () => applyEvent(world, { persona, event, at }) };
  });
}

async function applyEvent(
  world: World,
  { persona, event, at }: { persona: Persona; event: PostIssuance; at: Instant },
): Promise<void> {
  const officer = await deskAct(world, 'zhangyin', at);
  if (event.event === 'HOLDER_DECEASED') {
    await freezeHolder(world, officer, { idNumber: persona.holder.idNumber, source: '公安人口信息' });
    return;
  }
  const [first] = await certificatesOf(world, persona);
  if (!first) throw new RangeError(`persona ${persona.id}: no certificate to change`);
  const standing = await applicationsOf(world, persona.holder.idNumber);
  const isDone = (await changesOf(world.db, first)).some(change => change.at >= at);
  const isCorrected = event.event === 'CORRECT' && standing.some(application => application.corrects);
  if (isDone || isCorrected) return;
  const wanted = wantedOf(event, first.number);
  const { id, digest } = await propose(world, await deskAct(world, 'jingban', at), {
    id: world.ids(),
    wanted,
  });
  await decideChange(world, officer, { id, digest, decision: 'confirm' });
  await publish(world, { ...officer, actor: 'system:publisher' });
}

function wantedOf({ event, reasonCode, to, proof }: PostIssuance, number: string): Wanted {
  switch (event) {
    case 'SUSPEND':
      return { kind: event, order: { number, change: event, reason: reasonCode ?? '' } };
    case 'RESUME':
      return { kind: event, order: { number, change: event, reason: 'NOT_UPHELD' } };
    case 'REVOKE': {
      const document = '津人社撤字〔2021〕0号（测试）';
      return { kind: event, order: { number, change: event, reason: reasonCode ?? '', document } };
    }
    case 'CORRECT':
      return { kind: event, order: { number, name: to ?? '', proof: proof ?? '' } };
    default:
      throw new RangeError(`demo: no such event ${event}`);
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
