/**
 * The receipt of a report: sixteen characters by which whoever sent it without signing in asks for the answer. Made of the challenge
 * that was met for it and the field key, so that the same report sent again gets the same receipt, and nobody else can make one.
 */
import { newCode, parseCode } from '../sharing/share-code.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';

/** The receipt for that challenge, without hyphens: 78 bits of a keyed hash. */
export function receiptFor({ cipher }: Pick<World, 'cipher'>, challengeId: string): string {
  let rest = BigInt(`0x${cipher.indexOf(challengeId, 'feedback.receipt')}`);
  return newCode(below => {
    const digit = Number(rest % BigInt(below));
    rest /= BigInt(below);
    return digit;
  });
}

/** The receipt that somebody typed, forgiving blanks, hyphens and small letters. @throws DomainError RECEIPT_UNKNOWN */
export function demandReceipt(input: string): string {
  const receipt = parseCode(input);
  if (receipt === undefined) throw receiptUnknown();
  return receipt;
}

/** The one answer to a receipt that is misread, or none of ours. */
export function receiptUnknown(): DomainError {
  return new DomainError('RECEIPT_UNKNOWN', '没有找到这个回执号，请对照保存的回执逐位核对。');
}
