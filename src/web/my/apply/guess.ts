/** What the masked ID number of the account already tells, proposed and never imposed (GB 11643: the 17th digit). Pure. */
import type { IdType } from '../../../accounts/person-id.ts';

/** @param masked first four and last four characters, stars between */
export function guessFrom(masked: string): {
  readonly idType: IdType;
  readonly gender: '男' | '女' | undefined;
} {
  const idType = typeFrom(masked);
  const digit = /^\d{4}\*{10}\d\d(\d)[\dX]$/.exec(masked)?.[1];
  if (digit === undefined) return { idType, gender: undefined };
  return { idType, gender: Number(digit) % 2 === 1 ? '男' : '女' };
}

function typeFrom(masked: string): IdType {
  if (/^8[123]/.test(masked)) return '港澳台居民居住证';
  return /^9|^[A-Z]{3}/.test(masked) ? '外国人永久居留身份证' : '居民身份证';
}
