/** Reads the shared vectors of the rules; every person, organisation and number in them is fictional. */
import { readFileSync } from 'node:fs';
import { projectFile } from '../../../src/shared/project.ts';
import type { Gender, IdType } from '../../../src/accounts/person-id.ts';
import type { Level } from '../../../src/certificate/level.ts';
import type { RareCharacter } from '../../../src/certificate/rarity.ts';

export interface Persona {
  readonly id: string;
  readonly route: number;
  readonly holder: {
    readonly name: string;
    readonly namePinyinFull: string;
    readonly gender: Gender;
    readonly idType: IdType;
    readonly idNumber: string;
    readonly birthDate: string;
    readonly mobile: string;
  };
  readonly employer: { readonly name: string; readonly uscc: string } | null;
  readonly submittingUnit: { readonly name: string; readonly uscc: string; readonly role: string };
  readonly qualification: {
    readonly seriesCode: string;
    readonly series: string;
    readonly specialty: string;
    readonly level: string;
    readonly levelLetter: Level;
    readonly title: string;
    readonly reviewBody: string;
    readonly obtainedDate: string;
  };
  readonly filedAt: string | null;
  readonly uploadedAt: string | null;
  readonly expected: {
    readonly uploadDeadline?: string;
    readonly uploadLate?: boolean;
    readonly batchMonth?: string;
    readonly displayName: Readonly<Record<'gbk' | 'gb2312', string>>;
    readonly rareCharacters: Readonly<Record<'gbk' | 'gb2312', readonly RareCharacter[]>>;
    readonly maskedId: string;
  };
}

export interface InvalidSample {
  readonly field: string;
  readonly value: unknown;
  readonly why: string;
}

/** The parsed file; its shape is the caller's claim, checked by what the test then does with it. */
export function readVectors<Shape>(file: string): Shape {
  return JSON.parse(readFileSync(projectFile(`test/vectors/rules/${file}`), 'utf8')) as Shape;
}

export function personas(): readonly Persona[] {
  return readVectors<{ personas: Persona[] }>('personas.json').personas;
}

/** Invalid samples of one field, `idNumber` for instance. */
export function invalidSamples(field: string): readonly InvalidSample[] {
  return readVectors<{ samples: InvalidSample[] }>('invalid.json').samples.filter(sample => sample.field === field);
}
