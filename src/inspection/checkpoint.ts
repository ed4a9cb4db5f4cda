/**
 * A checkpoint: the chain's end and how far the register has come, as somebody outside the database keeps it. Whoever holds the database's
 * password could cut the chain's tail off, or write it all anew so that it holds in itself; and a restored copy holds in itself too. None of
 * them agrees with a checkpoint kept elsewhere. It is not signed: every list and the manifest in it are, by keys of their own, and whoever
 * may write where it lies may also take it away; so its counters are believed upwards only, where they burn numbers and give none twice.
 */
import { checkChain } from '../audit/record.ts';
import { entriesAfter, findHead } from '../audit/store.ts';
import type { Db } from '../db/connect.ts';
import { isCheckpoint, type Checkpoint } from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';

export type { Checkpoint, RegisterMarks } from '../shared/shapes/shapes.ts';

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
  try {
    const value: unknown = JSON.parse(text);
    return isCheckpoint(value) ? value : undefined;
  } catch {
    return undefined; // no JSON: JSON.parse throws nothing else
  }
}
