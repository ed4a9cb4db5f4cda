/** What a proposal says, in words. Pure. */
import { VOID_FROM_OBTAINED, type ReasonCode } from '../../../revocation/state.ts';
import type { ChangeView } from '../../../shared/shapes/shapes.ts';
import { effectWords } from './words.ts';

/** The reason's Chinese name; a code that this page does not know yet stands for itself. */
export function reasonOf(
  { reason }: Pick<ChangeView, 'reason'>,
  names: Readonly<Record<string, string>>,
): string | undefined {
  return reason === undefined ? undefined : (names[reason] ?? reason);
}

export function effectOf({ kind, until, reason }: ChangeView): readonly string[] {
  const voids: ReadonlySet<string> = VOID_FROM_OBTAINED satisfies ReadonlySet<ReasonCode>;
  return effectWords(kind, { until, voidFromObtained: reason !== undefined && voids.has(reason) });
}
