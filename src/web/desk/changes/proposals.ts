/** What a proposal says, in words. Pure. */
import { VOID_FROM_OBTAINED, type ReasonCode } from '../../../revocation/state.ts';
import type { ChangeView } from '../../../shared/shapes/shapes.ts';
import { fullDayWords } from '../../shared/dates.ts';
import { effectWords, words } from './words.ts';

/** The reason's Chinese name; a code that this page does not know yet stands for itself. */
export function reasonOf(
  { reason }: Pick<ChangeView, 'reason'>,
  names: Readonly<Record<string, string>>,
): string | undefined {
  return reason === undefined ? undefined : (names[reason] ?? reason);
}

/** What it says beside its reason, each with its label. */
export function detailsOf(proposal: ChangeView): readonly (readonly [label: string, text: string])[] {
  const said = words.proposal;
  const until = proposal.until === undefined ? undefined : fullDayWords(proposal.until);
  const rows = [
    [said.document, proposal.document],
    [said.until, until],
    [said.name, proposal.name],
    [said.namePinyin, proposal.namePinyin],
    [said.gender, proposal.gender],
    [said.idNumber, proposal.idNumber],
    [said.submittingUnit, proposal.submittingUnit],
    [said.specialty, proposal.specialty],
    [said.proof, proposal.proof],
  ] as const;
  return rows.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
}

export function effectOf({ kind, until, reason }: ChangeView): readonly string[] {
  const voids: ReadonlySet<string> = VOID_FROM_OBTAINED satisfies ReadonlySet<ReasonCode>;
  return effectWords(kind, { until, voidFromObtained: reason !== undefined && voids.has(reason) });
}
