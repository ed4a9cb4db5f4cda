/** Loads the frozen forms of this package from schemas/qr. Node only; a verifier elsewhere gets them with its trust data. */
import { readFileSync } from 'node:fs';
import { projectFile } from '../../shared/project.ts';
import type { QrForm, StoredForm, StoredForms } from './form.ts';
import { toForms } from './form.ts';

/** Every form ever issued with, in the order in which an encoder tries them, form 00 last. Append-only. */
export const FORM_IDS = ['01', '02', '03', '04', '00'] as const;

/** The frozen forms as they stand in the repository, fit to be put inline into a trust document. */
export function readStoredForms(): StoredForms {
  const forms = FORM_IDS.map(id => JSON.parse(readText(`form-${id}.json`)) as StoredForm); // our own frozen file
  const names = [...new Set(forms.map(form => form.dictionary))];
  return { forms, dictionaries: Object.fromEntries(names.map(name => [name, readText(name)])) };
}

/** The frozen forms, ready for the codec. Reads seven small files: keep the result. */
export function readForms(): readonly QrForm[] {
  return toForms(readStoredForms());
}

function readText(name: string): string {
  return readFileSync(projectFile(`schemas/qr/${name}`), 'utf8');
}
