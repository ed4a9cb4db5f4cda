/** Faults that the service found, by the field they belong to. Pure. */
import type { Problem } from './api.ts';

/** The detail for the field with that pointer, such as `/content/name`; all details of one field in one text. */
export function faultAt(problem: Problem | undefined, pointer: string): string | undefined {
  const details = (problem?.errors ?? [])
    .filter(each => each.pointer === pointer)
    .map(({ detail }) => detail);
  return details.length === 0 ? undefined : [...new Set(details)].join(' ');
}

/** The problem where it is none of one field: told above the form. */
export function generalProblem(
  problem: Problem | undefined,
  pointers: readonly string[],
): Problem | undefined {
  if (problem === undefined) return undefined;
  return problem.errors.some(({ pointer }) => pointers.includes(pointer)) ? undefined : problem;
}
