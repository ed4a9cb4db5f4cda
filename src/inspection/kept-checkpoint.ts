/**
 * The newest checkpoint as a file in a folder outside the database (ZHICHENG_CHECKPOINT_DIR), whole or not at all. Several instances may
 * share the folder: each writes only what lies beyond what stands there.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../keys/keyring.ts';
import { toCheckpoint, type Checkpoint } from './checkpoint.ts';

export interface Kept {
  /** Changes with the file. */
  readonly stamp: string;
  /** Undefined when the file holds something else. */
  readonly checkpoint: Checkpoint | undefined;
}

/** Where the checkpoint is kept. */
export function checkpointFile({ checkpointDir }: { readonly checkpointDir: string }): string {
  return join(checkpointDir, 'checkpoint.json');
}

/** What is kept; undefined before the first time. @param known is given back while the file has not changed */
export function readKept(file: string, known?: Kept): Kept | undefined {
  if (!existsSync(file)) return undefined;
  const { mtimeMs, size, ino } = statSync(file);
  const stamp = `${mtimeMs}-${size}-${ino}`;
  return known?.stamp === stamp ? known : { stamp, checkpoint: toCheckpoint(readFileSync(file, 'utf8')) };
}

export function keep(file: string, checkpoint: Checkpoint): void {
  writeWhole(file, `${JSON.stringify(checkpoint)}\n`, 0o600);
}
