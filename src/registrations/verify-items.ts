/**
 * A registration body verifies certificates for its duty (R19, R35): up to a hundred at once, each answered as if it were the only one.
 * Every question is on record before anything is answered; the holder sees who asked and why.
 */
import { demandWords } from '../accounts/demand.ts';
import { takeTries } from '../accounts/sign-in/limit.ts';
import type { AuditFact } from '../audit/entry.ts';
import { record } from '../audit/record.ts';
import type { ClientAct } from '../clients/client.ts';
import { inTransaction } from '../db/tx.ts';
import { onTheBeat } from '../lookups/beat.ts';
import { DomainError } from '../shared/errors.ts';
import type { RegistrationItem } from '../shared/shapes/shapes.ts';
import type { Trust } from '../verification/trust.ts';
import type { World } from '../world.ts';
import { findItems } from './find-items.ts';
import type { Purpose } from './purpose.ts';
import type { Finding, Query } from './query.ts';
import { addQueries } from './store.ts';

export interface Asked {
  readonly purpose: Purpose;
  readonly note?: string | undefined;
  readonly items: readonly RegistrationItem[];
}

export interface RegistrationRules {
  /** Answers leave only at whole multiples of this, counted from the start. */
  readonly beatMs: number;
}

/** Longer than a hundred items take on an idle machine. */
export const REGISTRATION_RULES: RegistrationRules = { beatMs: 300 };

/**
 * One finding per item, in their order.
 * @throws DomainError CONTENT_INVALID for OTHER without words, QUOTA_EXCEEDED with the seconds to wait
 */
export async function verifyItems(
  world: World,
  act: ClientAct,
  { asked, trust, rules }: { asked: Asked; trust: () => Promise<Trust>; rules: RegistrationRules },
): Promise<readonly Finding[]> {
  const note = noteOf(asked);
  await takeQuota(world, act, asked.items.length);

  return onTheBeat(rules.beatMs, async () => {
    const findings = await findItems(world, asked.items, { trust: await trust(), at: act.at });
    await keep(world, act, { asked: { ...asked, note }, findings });
    return findings;
  });
}

function noteOf({ purpose, note }: Asked): string | undefined {
  if (note !== undefined) return demandWords(note, '/note', 100);
  if (purpose !== 'OTHER') return undefined;
  throw new DomainError('CONTENT_INVALID', '用途为 OTHER 时，请在 note 中写明用途。', { pointer: '/note' });
}

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;

/** Items count, not requests: a batch of a hundred is a hundred. */
export async function takeQuota(world: World, { at, client }: ClientAct, cost: number): Promise<void> {
  const of = client.id;
  const tries = [
    { limit: { kind: 'client-minute', most: client.perMinute, seconds: MINUTE_SECONDS }, of, cost },
    { limit: { kind: 'client-day', most: client.perDay, seconds: DAY_SECONDS }, of, cost },
  ];
  try {
    await takeTries(world, { at, tries });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'TOO_MANY_ATTEMPTS') throw error;
    throw new DomainError('QUOTA_EXCEEDED', '已超出本接入方的核验配额，请稍后再试；配额不足请联系市局。', {
      retryAfterSeconds: error.retryAfterSeconds ?? MINUTE_SECONDS,
      cause: error,
    });
  }
}

async function keep(
  world: World,
  act: ClientAct,
  { asked, findings }: { asked: Asked; findings: readonly Finding[] },
): Promise<void> {
  const { db } = world;
  const { client } = act;
  const queries = findings.map((finding): Query => {
    const { askedBy, number, outcome, found } = finding;
    return {
      id: world.ids(),
      clientId: client.id,
      requestId: act.requestId,
      askedBy,
      purpose: asked.purpose,
      note: asked.note,
      number,
      version: found?.certificate.version,
      applicationId: found?.application.id,
      outcome,
      at: act.at,
    };
  });
  await inTransaction(db, async tx => {
    await addQueries(tx, db, queries);
    await record({ tx, db }, act, factsOf(act, asked, findings));
  });
}

/** One for the request, and one for each person's application that was shown: those are told to the holders. */
function factsOf(
  { client }: ClientAct,
  { purpose }: Asked,
  findings: readonly Finding[],
): readonly AuditFact[] {
  const matched = new Set(findings.flatMap(({ found }) => (found ? [found.application.id] : [])));
  const detail = {
    capacity: 'registration-body',
    organisationId: client.organisationId,
    client: client.id,
    purpose,
  };
  return [
    {
      action: 'registration.asked',
      subject: client.id,
      detail: { purpose, items: findings.length, matched: findings.filter(({ found }) => found).length },
    },
    ...[...matched].map(subject => ({ action: 'registration.viewed', subject, detail })),
  ];
}
