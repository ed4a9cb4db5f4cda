/** Passwords of staff: how they are kept (scrypt, RFC 7914), which are refused, and the initial ones. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { DomainError } from '../../shared/errors.ts';
import { tooMany } from './limit.ts';

const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Each takes 32 MB and a core for a tenth of a second. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 200;
const MIN_CHARACTERS = 12;
/** Without letters and digits that look alike. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const INITIAL_CHARACTERS = 16;

/** The commonest passwords that are long enough to pass otherwise. */
const COMMON = new Set(
  (
    '123456789012 1234567890123 12345678901234 123456123456 123123123123 112233445566 987654321000 ' +
    'password1234 password12345 passwordpassword passw0rd1234 qwertyuiop12 qwertyuiop123 qwerty123456 ' +
    '1qaz2wsx3edc 1q2w3e4r5t6y administrator admin1234567 woaini1314520 abcdefghijkl'
  ).split(' '),
);

/** The password as it is kept: `scrypt$N$r$p$salt$hash`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derived(password, salt);
  const { N, r, p } = COST;
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * True when the password is the one that is kept. Without a kept one it takes as long, so that nobody learns by time which logins exist.
 * @throws DomainError TOO_MANY_ATTEMPTS when too many wait to be compared
 */
export async function isPassword(password: string, kept: string | undefined): Promise<boolean> {
  const [, , , , salt = '', hash = ''] = kept?.split('$') ?? [];
  const expected = Buffer.from(hash, 'base64url');
  const given = await derived(
    password,
    kept === undefined ? randomBytes(SALT_BYTES) : Buffer.from(salt, 'base64url'),
  );
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** @throws DomainError PASSWORD_WEAK for a short, a common or a telling one */
export function demandStrong(password: string, of: { login: string; name: string }): void {
  const plain = password.normalize('NFC').toLowerCase();
  if ([...plain].length < MIN_CHARACTERS)
    throw new DomainError('PASSWORD_WEAK', `密码至少 ${MIN_CHARACTERS} 个字符，请换一个更长的。`);
  if (COMMON.has(plain) || new Set(plain).size < 4)
    throw new DomainError('PASSWORD_WEAK', '这个密码太常见，请换一个。');
  if ([of.login, of.name].some(word => [...word].length > 1 && plain.includes(word.toLowerCase())))
    throw new DomainError('PASSWORD_WEAK', '密码不得含有账号或姓名，请换一个。');
}

/** A password to be changed at the first sign-in. @param random a uniform whole number below the limit */
export function initialPassword(random: (below: number) => number): string {
  return Array.from({ length: INITIAL_CHARACTERS }, () => ALPHABET.charAt(random(ALPHABET.length))).join('');
}

let running = 0;
const waiting: (() => void)[] = [];

/** At most two at once in this process; the others queue. */
async function derived(password: string, salt: Buffer): Promise<Buffer> {
  if (waiting.length >= MOST_WAITING) throw tooMany(5);
  if (running >= MOST_AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve));
  else running += 1;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      scrypt(password.normalize('NFC'), salt, HASH_BYTES, COST, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
