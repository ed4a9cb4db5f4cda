/**
 * A stranger's text as people may safely look at it: nothing invisible, nothing that turns the reading direction, not too long.
 * The caller shows it as text only. Pure. Serves T28: what a code says is never followed.
 */
import { codePointOf } from '../../certificate/name.ts';

/** Controls, bidirectional and other format marks, line ends, private use, broken surrogates, fillers, and what is unassigned. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0]/u;
export const SHOWN_CHARACTERS = 400;

export interface VisibleText {
  readonly text: string;
  /** Characters that are not shown because there are too many. */
  readonly left: number;
}

/** Each unseen character is written as its code, `⟦U+202E⟧`; the end of a long text is only counted. */
export function visibleText(text: string): VisibleText {
  const characters = [...text];
  const shown = characters.slice(0, SHOWN_CHARACTERS);
  const visible = shown.map(each => (UNSEEN.test(each) ? `⟦${codePointOf(each)}⟧` : each));
  return { text: visible.join(''), left: characters.length - shown.length };
}

/** The host a link really leads to, look-alike letters spelled out (`xn--…`) and without `user@`; undefined for no web link. */
export function hostOf(text: string): string | undefined {
  if (!/^\s*https?:/i.test(text)) return undefined;
  try {
    return new URL(text.trim()).hostname || undefined;
  } catch {
    return undefined; // TypeError: no link at all
  }
}
