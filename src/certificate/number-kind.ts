/**
 * A number that somebody gave where a code was asked for. It proves nothing, and is not false for that: ours needs its code or its holder's
 * consent, an older paper certificate its own authority (R30, R31, R33). Pure.
 */
import { typedNumber } from './number.ts';

/** Ours, or ours but for a slip of the pen: a wrong character among fourteen, or one or two more or fewer. */
const LIKE_OURS = /^[A-E](?:12[\dOIL]{9,13}|[\dOIL]{13})$/;
/** Longer than any number in use, and shorter than any code. */
const MAX_CHARACTERS = 40;
const LABEL = /^\p{Script=Han}{2,8}: */u;
const NUMBER = /^[\p{Script=Han}\w()〔〕[\]【】./#№·—– -]{4,}$/u;

/** True of a number that this service may have given, also with a slip of the pen. */
export function isLikeOwn(input: string): boolean {
  return LIKE_OURS.test(typedNumber(input));
}

/** What kind of number the text is, with or without a label before it; undefined for a link, a code and whatever else. */
export function numberKindOf(text: string): 'own' | 'paper' | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const plain = text.trim().normalize('NFKC').replace(LABEL, '');
  if (isLikeOwn(plain)) return 'own';
  const isNumber = NUMBER.test(plain) && /\d{4}/.test(plain) && !/^(?:www\.|https?)/i.test(plain);
  return isNumber ? 'paper' : undefined;
}
