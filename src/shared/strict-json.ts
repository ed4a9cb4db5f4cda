/**
 * JSON as a security border reads it: valid UTF-8 text, one value, no duplicate member names, no `__proto__`, no half of a
 * surrogate pair (it has no UTF-8, so two readers would write it differently), bounded depth.
 * `JSON.parse` alone lets the last of two members win silently (RFC 8259 §4 calls that unpredictable). Pure.
 */
import { fromBase64url, fromUtf8 } from './bytes.ts';

const MAX_DEPTH = 8;

/** The value, or undefined when the text is not JSON or breaks one of the rules above. */
export function parseStrictJson(text: string, maxDepth = MAX_DEPTH): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // SyntaxError: not JSON
  }
  return hasWholePairs(text) && hasSafeMembers(text, maxDepth) ? value : undefined;
}

/** The value in one part of a compact JWS (RFC 7515 §7.1): canonical base64url of strict JSON, or undefined. */
export function parseJwsPart(part: string): unknown {
  const bytes = fromBase64url(part);
  const text = bytes && fromUtf8(bytes);
  return text === undefined ? undefined : parseStrictJson(text);
}

/** Half a pair can stand in the text itself or come from an escape; with the u flag a surrogate matches only when alone. */
function hasWholePairs(text: string): boolean {
  if (!/\\u|[\ud800-\udfff]/.test(text)) return true;
  const unescaped = text.replace(/\\(?:u([0-9a-fA-F]{4})|.)/g, (_, hex: string | undefined) =>
    hex === undefined ? '' : String.fromCharCode(parseInt(hex, 16)),
  );
  return !/\p{Surrogate}/u.test(unescaped);
}

/** Scans text that JSON.parse has accepted, so only strings and brackets matter. */
function hasSafeMembers(text: string, maxDepth: number): boolean {
  const open: (Set<string> | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      const end = endOfString(text, at);
      if (text.charCodeAt(afterSpace(text, end)) === 0x3a && !isNewMember(text.slice(at, end), open.at(-1)))
        return false;
      at = end;
      continue;
    }
    if (code === 0x7b) open.push(new Set());
    else if (code === 0x5b) open.push(undefined);
    else if (code === 0x7d || code === 0x5d) open.pop();
    if (open.length > maxDepth) return false;
    at += 1;
  }
  return true;
}

/** Each character is looked at a fixed number of times: a text of megabytes without a backslash must not be searched for one per string. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  return at;
}

function isNewMember(quoted: string, members: Set<string> | undefined): boolean {
  const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  if (members === undefined || members.has(name) || name === '__proto__') return false;
  members.add(name);
  return true;
}
