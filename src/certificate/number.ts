/**
 * The certificate number: level letter, 12 for Tianjin, batch year, serial, check digit; `B1220210001233` (R25). Pure.
 * Series and organisation stay out of it: a correction must not change the number. Serials are handed out by the database.
 */
import { DomainError } from '../shared/errors.ts';
import type { Level } from './level.ts';
import { LEVELS } from './level.ts';

declare const certificateNumberBrand: unique symbol;
/** Fourteen characters whose check digit is right; made by this file only. */
export type CertificateNumber = string & { readonly [certificateNumberBrand]: true };

export interface NumberParts {
  readonly level: Level;
  /** Year of the batch, not of the day the title was obtained. */
  readonly year: number;
  readonly serial: number;
}

/** Serials per letter and year: 1 to this. */
export const MAX_SERIAL = 999_999;
const CITY = '12';
const SHAPE = /^([A-E])12(\d{4})(\d{6})\d$/;

/**
 * The number of the serial-th certificate of that level and year.
 *
 * @throws DomainError NUMBERS_EXHAUSTED above MAX_SERIAL
 * @throws RangeError for a year without four digits or a serial below 1
 */
export function certificateNumber(level: Level, year: number, serial: number): CertificateNumber {
  if (!Number.isInteger(year) || year < 1000 || year > 9999) {
    throw new RangeError(`certificateNumber: expected a four-digit year, got ${year}`);
  }
  if (!Number.isInteger(serial) || serial < 1) {
    throw new RangeError(`certificateNumber: expected a whole serial from 1, got ${serial}`);
  }
  if (serial > MAX_SERIAL) {
    throw new DomainError(
      'NUMBERS_EXHAUSTED',
      `${year} 年该层级的证书编号已用完，请联系系统管理员扩充编号规则。`,
    );
  }
  const digits = `${CITY}${year}${String(serial).padStart(6, '0')}`;
  return `${level}${digits}${checkDigitOf(level, digits)}` as CertificateNumber; // the one place that makes the brand
}

/** True for exactly the text `certificateNumber` could have given. */
export function isCertificateNumber(text: string): text is CertificateNumber {
  const match = SHAPE.exec(text);
  if (!match || match[3] === '000000' || match[2]?.startsWith('0')) return false;
  return checkDigitOf(text.charAt(0) as Level, text.slice(1, 13)) === Number(text.charAt(13));
}

/** The number somebody typed, or undefined when it is none. */
export function parseCertificateNumber(input: string): CertificateNumber | undefined {
  const text = typedNumber(input);
  return isCertificateNumber(text) ? text : undefined;
}

/** What was meant by what somebody typed: full-width, small letters, blanks and hyphens of any kind are forgiven. */
export function typedNumber(input: string): string {
  return input
    .normalize('NFKC')
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase();
}

/** What the number says; only the level and the batch year carry meaning. */
export function numberParts(number: CertificateNumber): NumberParts {
  return {
    level: number.charAt(0) as Level,
    year: Number(number.slice(3, 7)),
    serial: Number(number.slice(7, 13)),
  };
}

/** ISO 7064 MOD 11,10 (GB/T 17710) over the letter as 1 to 5 and the twelve digits. */
function checkDigitOf(level: Level, digits: string): number {
  let product = 10;
  for (const digit of [LEVELS.indexOf(level) + 1, ...[...digits].map(Number)]) {
    const sum = (product + digit) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10;
}
