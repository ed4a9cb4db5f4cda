/** What several scenes share: how a client finds the person's application. */
import type { Persona } from '../../src/cli/demo/personas.ts';
import type { Client } from '../support/people.ts';

export interface ApplicationAnswer {
  readonly id: string;
  readonly version: number;
  readonly state: string;
}

export type DeskKind = 'employer' | 'department' | 'exam-body';

/** The person's applications as that client sees them, the newest first. */
export async function listed(client: Client, { id, holder }: Persona): Promise<readonly ApplicationAnswer[]> {
  const answer = await client.post('/api/applications/search', { idNumber: holder.idNumber });
  const { items } = answer.body as { items?: readonly ApplicationAnswer[] };
  if (!items || items.length === 0)
    throw new RangeError(`${id} is not listed: ${JSON.stringify(answer.body)}`);
  return items;
}
