/**
 * A checkpoint: the chain's end as somebody outside keeps it. Whoever holds the database's password could cut the chain's tail off, or
 * write it all anew so that it holds in itself; neither agrees with a checkpoint kept elsewhere.
 */
import { checkChain } from '../audit/record.ts';
import { entriesAfter, findHead } from '../audit/store.ts';
import type { Db } from '../db/connect.ts';
import { isoAt, type Instant } from '../shared/time.ts';

export interface Checkpoint {
  readonly seq: number;
  readonly hash: string;
  /** RFC 3339, when it was taken. */
  readonly at: string;
}

/** The end of a chain that holds; undefined when it does not. */
export async function takeCheckpoint(db: Db, at: Instant): Promise<Checkpoint | undefined> {
  const head = await findHead(db);
  const { brokenAt } = await checkChain(db);
  if (!head) return undefined;
  const checkpoint = { ...head, at: isoAt(at) };
  return brokenAt === undefined && (await agrees(db, checkpoint)) ? checkpoint : undefined;
}

/** True when the chain still has the entry that the checkpoint names, with that hash. */
export async function agrees(db: Db, { seq, hash }: Pick<Checkpoint, 'seq' | 'hash'>): Promise<boolean> {
  if (seq === 0) return true; // taken before the first entry
  const [entry] = await entriesAfter(db, seq - 1, 1);
  return entry?.seq === seq && entry.hash === hash;
}

/** The checkpoint that this text holds; undefined for any other text. */
export function toCheckpoint(text: string): Checkpoint | undefined {
  const [, seq, hash, at] =
    /^\s*\{\s*"seq":\s*(\d{1,15}),\s*"hash":\s*"([0-9a-f]{64})",\s*"at":\s*"([0-9TZ:-]{20})"\s*\}\s*$/.exec(
      text,
    ) ?? [];
  if (seq === undefined || hash === undefined || at === undefined) return undefined;
  return { seq: Number(seq), hash, at };
}
