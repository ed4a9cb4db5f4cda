/**
 * What a report to the bureau is about (R37), carried from the page where it was met to the form: in this tab's memory, never in an
 * address. An application's id, a certificate's number and the title's name; nobody's data.
 */
const KEPT = 'zhicheng.feedback.tie';

export interface FeedbackTie {
  readonly category: 'APPLICATION' | 'CERTIFICATE' | 'VERIFICATION';
  readonly applicationId?: string;
  readonly number?: string;
  /** As the form names it, such as the title. */
  readonly about: string;
}

/** The form that is opened next in this tab is about that. */
export function keepTie(tie: FeedbackTie): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(tie));
  } catch {
    // full or forbidden: the form opens without it
  }
}

/** What the form is about, once. */
export function takeTie(): FeedbackTie | undefined {
  try {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return kept === null ? undefined : (JSON.parse(kept) as FeedbackTie); // written above, by pages of this origin
  } catch {
    return undefined;
  }
}
