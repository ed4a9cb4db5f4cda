/**
 * The unified social credit code of organisations (统一社会信用代码, GB 32100-2015). Pure. The inner organisation code
 * (GB 11714) is judged as a warning only: a few codes in lawful use fail it.
 */
import type { Fault } from '../shared/fault.ts';

export type OrganisationCodeAnswer =
  | { readonly ok: true; readonly code: string; readonly warnings: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** GB 32100 alphabet: no I, O, S, V, Z. A character's value is its place. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
/** GB 11714 counts letters from A = 10 without gaps. */
const INNER_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const INNER_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];

/** The code without surrounding blanks, in capitals. */
export function normaliseOrganisationCode(input: string): string {
  return input.trim().toUpperCase();
}

/** Accepts 18 characters of the alphabet whose check character is right; a wrong inner code is a warning. */
export function checkOrganisationCode(input: string): OrganisationCodeAnswer {
  const code = normaliseOrganisationCode(input);
  const fault = codeFault(code);
  if (fault) return { ok: false, faults: [fault] };
  const inner = code.slice(8, 17);
  if (innerCheckCharacterOf(inner.slice(0, 8)) === inner.charAt(8)) return { ok: true, code, warnings: [] };
  const detail = '统一社会信用代码内的组织机构代码校验位不符，少数存量代码如此，请再核对一次。';
  return { ok: true, code, warnings: [{ code: 'ORGANISATION_INNER_CODE', detail }] };
}

function codeFault(code: string): Fault | undefined {
  if (code.length !== 18) {
    return { code: 'ORGANISATION_CODE_LENGTH', detail: '统一社会信用代码应为 18 位，请对照登记证书核对。' };
  }
  const stranger = [...code].find(character => !ALPHABET.includes(character));
  if (stranger !== undefined) {
    const detail = '统一社会信用代码只用数字和除 I、O、S、V、Z 以外的大写字母，请对照登记证书核对。';
    return { code: 'ORGANISATION_CODE_ALPHABET', detail };
  }
  if (organisationCheckCharacterOf(code.slice(0, 17)) === code.charAt(17)) return undefined;
  const detail = '统一社会信用代码的校验位不对，可能有一位填错，请对照登记证书核对。';
  return { code: 'ORGANISATION_CODE_CHECK', detail };
}

/** GB 32100-2015 §4.5: weights 3^i mod 31, check value 31 − (Σ mod 31), 31 counting as 0. */
export function organisationCheckCharacterOf(first17: string): string {
  let weight = 1;
  let sum = 0;
  for (const character of first17) {
    sum += weight * ALPHABET.indexOf(character);
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** GB 11714: 11 − (Σ mod 11), 10 written X and 11 written 0. */
function innerCheckCharacterOf(first8: string): string {
  const sum = INNER_WEIGHTS.reduce((total, weight, index) => {
    return total + weight * INNER_ALPHABET.indexOf(first8.charAt(index));
  }, 0);
  const value = 11 - (sum % 11);
  if (value === 10) return 'X';
  return value === 11 ? '0' : String(value);
}
