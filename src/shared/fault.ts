/**
 * What is wrong with one value, as a value: rules on people's data answer with faults instead of throwing, so that a whole
 * row can be judged at once and handed back cell by cell. Pure.
 */

/** One broken rule: a stable word for programs and one Chinese sentence that says what to correct. */
export interface Fault {
  readonly code: string;
  readonly detail: string;
}
