/**
 * What was seen by a saved trust file, in `FILE.seen` beside it: highest versions and lists brought along. So an older copy of that file,
 * put in its place, cannot undo a revocation: its old lists are left out and its old manifest is refused (reliability T15).
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isFingerprint, rootFingerprint } from '../keys/fingerprint.ts';
import { publicJwk, type PublicJwk } from '../keys/manifest.ts';
import { writeWhole } from '../keys/keyring.ts';
import { parseStrictJson } from '../shared/strict-json.ts';
import { TrustInvalid, type Memory, type Trust } from '../verification/trust.ts';
import { tell } from './command.ts';

export interface Seen {
  readonly root?: { readonly x: string; readonly y: string };
  readonly isTest: boolean;
  readonly highest: ReadonlyMap<string, number>;
  /** Compact JWS of lists that were brought along and used. */
  readonly lists: readonly string[];
}

const NOTHING: Seen = { isTest: false, highest: new Map(), lists: [] };

/** @throws DomainError TRUST_INVALID when the memory is there and cannot be read: what was seen is then unknown */
export async function readSeen(file: string): Promise<Seen> {
  const path = seenFile(file);
  if (!existsSync(path)) return NOTHING;
  const seen = seenIn(parseStrictJson(await readFile(path, 'utf8')));
  if (seen) return seen;
  throw new TrustInvalid(`${path} 已损坏，无法得知先前见过的版本；请从可信来源重新保存信任资料后删除它。`);
}

/**
 * What to hold a trust document against. A test root is not held against its successor: every demonstration makes a new one, and none has
 * legal effect. A root whose fingerprint a person has compared and given stands for the pinned one; the versions seen go on counting.
 * @param root of the document
 */
export async function memoryOf(
  seen: Seen,
  root: DocumentRoot | undefined,
  accepted?: string,
): Promise<Memory> {
  if (!seen.root || (seen.isTest && root?.x !== seen.root.x)) return {};
  return { root: await acceptedOf(publicJwk(seen.root), root, accepted), highest: seen.highest };
}

/** Of a document that nobody has judged yet. */
export interface DocumentRoot {
  readonly x?: unknown;
  readonly y?: unknown;
}

/** The document's root where it is the accepted one, else the pinned one. */
export async function acceptedOf(
  pinned: PublicJwk,
  root: DocumentRoot | undefined,
  accepted: string | undefined,
): Promise<PublicJwk> {
  if (accepted === undefined || typeof root?.x !== 'string' || typeof root.y !== 'string') return pinned;
  const offered = publicJwk({ x: root.x, y: root.y });
  return isFingerprint(accepted, await rootFingerprint(offered)) ? offered : pinned;
}

/** The highest versions are kept; where nothing can be written, that is told and the verification stands. */
export function keepSeen(
  file: string,
  { trust, lists, isTest }: { trust: Trust; lists: readonly string[]; isTest: boolean },
): void {
  const { x, y } = trust.root;
  const seen = { root: { x, y }, isTest, highest: Object.fromEntries(trust.highest), lists };
  try {
    writeWhole(seenFile(file), `${JSON.stringify(seen)}\n`);
  } catch (error) {
    tell(`提示：不能写入 ${seenFile(file)}，下次查验不会记得本次见过的版本（${String(error)}）。`);
  }
}

/** Lists that were seen before and are not believed as they come now: lost, or older. */
export function tellLost(trust: Trust): void {
  for (const [url, version] of trust.highest)
    if (url !== 'manifest' && !trust.lists.has(url))
      tell(
        `警告：状态列表 ${url} 先前见过第 ${version} 版，现在的更旧或缺失，不予采用；请重新保存信任资料。`,
      );
}

function seenFile(file: string): string {
  return `${file}.seen`;
}

function seenIn(value: unknown): Seen | undefined {
  const { root, isTest, highest, lists } = (value ?? {}) as Record<string, unknown>;
  const { x, y } = (root ?? {}) as Record<string, unknown>;
  if (typeof x !== 'string' || typeof y !== 'string' || typeof isTest !== 'boolean') return undefined;
  if (typeof highest !== 'object' || highest === null || !Array.isArray(lists)) return undefined;
  const versions = Object.entries(highest);
  const areVersions = versions.every(([, version]) => Number.isSafeInteger(version));
  if (!areVersions || !lists.every(each => typeof each === 'string')) return undefined;
  return {
    root: { x, y },
    isTest,
    highest: new Map(versions as [string, number][]),
    lists: lists as string[],
  };
}
