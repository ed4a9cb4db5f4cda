/** Every table with sealed fields, as its store tells it; a test holds the list against the database's columns. */
import { SEALED as ANSWERS } from './accounts/once/store.ts';
import { SEALED as ACCOUNTS } from './accounts/people/store.ts';
import { SEALED as CODES } from './accounts/sign-in/store.ts';
import { SEALED as EMPLOYMENTS } from './accounts/ties/store.ts';
import { SEALED as FILES } from './applications/attachment/store.ts';
import { SEALED as APPLICATIONS } from './applications/row.ts';
import { SEALED as USE_COPIES } from './copies/store.ts';
import { SEALED as PROPOSALS } from './changes/store.ts';
import { countByKey, type SealedTable } from './db/reseal.ts';
import { SEALED as FEEDBACK } from './feedback/store.ts';
import { SEALED as MESSAGES } from './messages/store.ts';
import { SEALED as DECISIONS } from './review/store.ts';
import { SEALED as SHARE_CODES } from './sharing/store.ts';
import { SEALED as WEBHOOKS } from './webhooks/target/store.ts';
import type { World } from './world.ts';

export const SEALED_TABLES: readonly SealedTable[] = [
  ACCOUNTS,
  CODES,
  EMPLOYMENTS,
  ANSWERS,
  MESSAGES,
  APPLICATIONS,
  ...FILES,
  DECISIONS,
  SHARE_CODES,
  USE_COPIES,
  WEBHOOKS,
  FEEDBACK,
  PROPOSALS,
];

/** True when a field is sealed by a key that is not on the ring, or not sealed at all. Reads every table. */
export async function isSealedByOthers({ db, cipher }: Pick<World, 'db' | 'cipher'>): Promise<boolean> {
  for (const sealed of SEALED_TABLES) {
    const { others } = await countByKey(db, sealed, cipher.keyIds);
    if (others > 0) return true;
  }
  return false;
}
