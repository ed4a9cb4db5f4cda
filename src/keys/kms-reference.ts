/**
 * Beside the sealed files, for a private half that is not on this machine: `key-7.kms.json` says under which label the signer has it. No secret.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../shared/errors.ts';
import { writeWhole, type KeyFolders } from './keyring.ts';
import { isLabel } from './signer-contract.ts';

/** Where the private half of a key is, as far as this machine knows. */
export type Home = { readonly kind: 'file' } | { readonly kind: 'kms'; readonly label: string } | { readonly kind: 'elsewhere' };

/** @param name `key-7` @throws DomainError KEYS_MISSING when the reference is there and says nothing that could be a label */
export function homeOf(folders: KeyFolders, name: string): Home {
  const file = referenceFile(folders, name);
  if (!existsSync(file)) return { kind: existsSync(sealedFile(folders, name)) ? 'file' : 'elsewhere' };
  const label = labelIn(readFileSync(file, 'utf8'));
  if (label?.startsWith(`${name}-`)) return { kind: 'kms', label };
  throw new DomainError('KEYS_MISSING', `${name}.kms.json 已损坏；请从备份恢复私钥目录。`);
}

/** The key of that name is the signer's from now on; a sealed file that a failed ceremony left under the same name is gone. */
export function keepReference(folders: KeyFolders, name: string, label: string): void {
  writeWhole(referenceFile(folders, name), `${JSON.stringify({ label })}\n`, 0o600);
  rmSync(sealedFile(folders, name), { force: true });
}

/** This machine knows no way to that private half any more. */
export function dropReference(folders: KeyFolders, name: string): void {
  rmSync(referenceFile(folders, name), { force: true });
}

function labelIn(text: string): string | undefined {
  try {
    const { label } = JSON.parse(text) as { label?: unknown };
    return isLabel(label) ? label : undefined;
  } catch {
    return undefined; // not JSON, or null
  }
}

function referenceFile(folders: KeyFolders, name: string): string {
  return join(folders.privateKeysDir, `${name}.kms.json`);
}

function sealedFile(folders: KeyFolders, name: string): string {
  return join(folders.privateKeysDir, `${name}.jwe`);
}
