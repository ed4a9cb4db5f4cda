/** After the issue: suspended, resumed, revoked, corrected, deceased, and what anyone's verification says meanwhile. */
import type { ExecutionContext } from 'ava';
import { applicationsOf } from '../../src/applications/store.ts';
import { certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import type { Persona, PostIssuance } from '../../src/cli/demo/personas.ts';
import { publish } from '../../src/revocation/publish.ts';
import { newAct } from '../../src/world.ts';
import { moment, type BureauAtWork, type Scene } from './bureau-at-work.ts';

/** Suspended, resumed, revoked, corrected, deceased: one of the bureau proposes, another confirms. */
export function afterwards(persona: Persona): readonly Scene[] {
  return (persona.postIssuance ?? []).map(event => ({
    at: moment(event.date, 10),
    title: `${persona.id} ${event.event}`,
    play: (t, bureau) =>
      event.event === 'HOLDER_DECEASED'
        ? holderDied(t, bureau, persona)
        : changed(t, bureau, { persona, body: changeOf(event) }),
  }));
}

function changeOf(event: PostIssuance): Record<string, string> {
  const { event: kind, to = '', proof = '' } = event;
  if (kind === 'CORRECT') return { kind, name: to, proof };
  if (kind === 'REVOKE')
    return { kind, reason: event.reasonCode ?? '', document: '津人社撤字〔2021〕0号（测试）' };
  return { kind, reason: kind === 'RESUME' ? 'NOT_UPHELD' : (event.reasonCode ?? '') };
}

async function changed(
  t: ExecutionContext,
  bureau: BureauAtWork,
  { persona, body }: { persona: Persona; body: Record<string, string> },
): Promise<void> {
  const { number } = await newestCertificate(bureau, persona);
  const handler = await bureau.desk('jingban');
  const proposed = await handler.post(`/api/certificates/${number}/changes`, body);
  t.is(proposed.status, 201, `${persona.id} ${JSON.stringify(proposed.body)}`);
  const { id, digest } = proposed.body as { id: string; digest: string };

  const officer = await bureau.desk('zhangyin');
  const confirmed = await officer.post(`/api/changes/${id}/decision`, { decision: 'confirm', digest });
  t.is(confirmed.status, 200, `${persona.id} ${JSON.stringify(confirmed.body)}`);
}

/** The account is frozen: no session, no downloads; the certificate stays a true fact. */
async function holderDied(t: ExecutionContext, bureau: BureauAtWork, persona: Persona): Promise<void> {
  const officer = await bureau.desk('zhangyin');
  const body = { idNumber: persona.holder.idNumber, source: '公安人口信息' };
  const answer = await officer.post('/api/holders/freeze', body);
  t.true(answer.status < 300, `${persona.id} ${JSON.stringify(answer.body)}`);
  await t.throwsAsync(bureau.holder(persona), undefined, persona.id);
}

/** What anyone's verification says on the days that the story names. */
export function looks(persona: Persona): readonly Scene[] {
  return Object.entries(persona.expected.stateOn ?? {}).map(([date, state]) => ({
    at: moment(date, 12),
    title: `${persona.id} is verified`,
    play: async (t, bureau) => {
      await publish(bureau.world, newAct(bureau.world, 'system:publisher'));
      const { qrText } = await newestCertificate(bureau, persona);
      const response = await fetch(`${bureau.url}/api/verify`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: qrText }),
      });
      const { verdict } = (await response.json()) as { verdict: string };
      t.is(verdict, state.toLowerCase(), `${persona.id} on ${date}`);
    },
  }));
}

async function newestCertificate({ world }: BureauAtWork, { holder, id }: Persona): Promise<Certificate> {
  const applications = await applicationsOf(world, holder.idNumber);
  const certificates = await certificatesFor(
    world.db,
    applications.map(each => each.id),
  );
  const newest = [...certificates].sort((a, b) => a.version - b.version).at(-1);
  if (!newest) throw new RangeError(`${id} has no certificate`);
  return newest;
}
