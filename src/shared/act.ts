/**
 * One act of one person or program: made once at the edge and passed to every verb, so that everything an act changes
 * carries the same actor and the same instant. Pure.
 */
import type { Instant } from './time.ts';

export interface Act {
  /** Who, as the audit names them: an account id, `cli:<login>` or `system:<part>`; never an ID number or phone. */
  readonly actor: string;
  readonly at: Instant;
  readonly requestId: string;
}
