/**
 * The end of a private key: its file overwritten and gone, and a mark beside where it was, so that every process of this machine knows, also
 * one that had it open. The public half and the manifest stay: what it signed goes on verifying. Copies in backups are not reached from here.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole, type KeyFolders } from './keyring.ts';
import { keyId } from './manifest.ts';

/** True from the moment at which the destruction began. */
export function isDestroyed(folders: KeyFolders, number: number): boolean {
  return existsSync(markOf(folders, number));
}

/**
 * The private half of that key is gone from this machine and no process here signs with it again. The mark comes first: whatever happens
 * between the steps, the key is dead, and running it again finishes.
 * @param note why and when, for whoever finds the mark; no secrets
 */
export function destroyPrivateFile(folders: KeyFolders, number: number, note: string): void {
  writeWhole(markOf(folders, number), `${note}\n`);
  syncFolder(folders.privateKeysDir);
  const file = privateFileOf(folders, number);
  if (!existsSync(file)) return;
  overwrite(file);
  unlinkSync(file);
  syncFolder(folders.privateKeysDir);
}

/** Once, with random bytes: more passes help nothing on today's disks, and where a disk writes elsewhere the passphrase still seals it. */
function overwrite(file: string): void {
  const { size } = statSync(file);
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, randomBytes(size), 0, size, 0);
    fsyncSync(handle);
    ftruncateSync(handle, 0);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** An unlinked name is gone for good only when its folder is on disk. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function markOf({ privateKeysDir }: KeyFolders, number: number): string {
  return join(privateKeysDir, `${keyId(number)}.destroyed`);
}

function privateFileOf({ privateKeysDir }: KeyFolders, number: number): string {
  return join(privateKeysDir, `${keyId(number)}.jwe`);
}
