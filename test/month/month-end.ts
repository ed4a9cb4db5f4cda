/** The bureau's month-ends, and the day from which people collect (R16, R17). */
import type { ExecutionContext } from 'ava';
import type { Persona } from '../../src/cli/demo/personas.ts';
import { addDays, lastDayOf, type Month, type PlainDate } from '../../src/shared/time.ts';
import type { Client } from '../support/people.ts';
import { moment, type BureauAtWork, type Scene } from './bureau-at-work.ts';
import type { ApplicationAnswer } from './desks.ts';

export function monthEnd(month: Month): Scene {
  return {
    at: moment(lastDayOf(month), 17),
    title: `month ${month}`,
    play: async (t, bureau) => {
      const handler = await bureau.desk('jingban');
      const waiting = (await handler.get(`/api/applications?state=UPLOADED&month=${month}&limit=200`))
        .body as {
        items: ApplicationAnswer[];
      };
      const checked = await handler.post('/api/decisions', {
        decision: 'check',
        items: waiting.items.map(({ id, version }) => ({ id, version })),
      });
      const { results } = checked.body as { results: { ok: boolean }[] };
      t.true(
        results.length > 0 && results.every(result => result.ok),
        `${month} ${JSON.stringify(checked.body)}`,
      );

      const approver = await bureau.desk('fuhe');
      const { digest, checkDue } = (await approver.get(`/api/batches/${month}`)).body as Record<
        string,
        string
      >;
      t.is(checkDue, lastDayOf(month), month); // R16
      const approved = await approver.post(`/api/batches/${month}/approve`, { digest });
      t.true([200, 201, 202].includes(approved.status), `${month} ${JSON.stringify(approved.body)}`);
      await released(t, approver, month);
    },
  };
}

/** Waits for the service's own release; a hang guard, not a measurement. */
async function released(t: ExecutionContext, approver: Client, month: Month): Promise<void> {
  for (let look = 0; look < 5000; look += 1) {
    const { release } = (await approver.get(`/api/batches/${month}`)).body as {
      release?: { state: string; fault?: unknown };
    };
    if (release?.state === 'released') return;
    if (release?.fault) break;
  }
  t.fail(`${month} was not released`);
}

interface Held {
  readonly stateName: string;
  readonly collectFrom: PlainDate;
  readonly number?: string;
  readonly claims?: { readonly name: string; readonly printedName?: string; readonly idNumber: string };
}

/** R17: a second before the day opens the holder sees 制证中 and the date; in the morning the certificate itself. */
export function collecting(persona: Persona): readonly Scene[] {
  const { collectFrom, certNoPattern, displayName, maskedId } = persona.expected;
  if (collectFrom === undefined || certNoPattern === undefined) return [];
  return [
    {
      at: moment(addDays(collectFrom, -1), 23, 50),
      title: `${persona.id} the evening before`,
      play: async (t, bureau) => {
        const held = await certificatesOf(bureau, persona);
        t.is(held.stateName, '制证中', persona.id);
        t.is(held.collectFrom, collectFrom, persona.id);
        t.is(held.number, undefined, persona.id);
      },
    },
    {
      at: moment(collectFrom, 9),
      title: `${persona.id} collects`,
      play: async (t, bureau) => {
        const held = await certificatesOf(bureau, persona);
        t.regex(held.number ?? '', new RegExp(certNoPattern), persona.id);
        t.is(held.claims?.printedName ?? held.claims?.name, displayName.gbk, persona.id);
        t.is(held.claims?.idNumber, maskedId, persona.id);
      },
    },
  ];
}

async function certificatesOf(bureau: BureauAtWork, persona: Persona): Promise<Held> {
  const holder = await bureau.holder(persona);
  const { items } = (await holder.get('/api/me/certificates')).body as { items: readonly Held[] };
  const last = items.at(-1);
  if (!last) throw new RangeError(`${persona.id} holds nothing`);
  return last;
}
