/**
 * Files that go with an application: an appointment document, an entrusting letter, an exam result (notice: R7, R12, R13).
 * What they are for, how many and how large; pure.
 */
import type { Instant } from '../../shared/time.ts';

export const PURPOSES = [
  'APPOINTMENT',
  'ENTRUST_LETTER',
  'REVIEW_RESULT',
  'EXAM_RESULT',
  'ID_PROOF',
  'OTHER',
] as const;
/** What a file is to prove. */
export type Purpose = (typeof PURPOSES)[number];

export const PURPOSE_NAMES: Readonly<Record<Purpose, string>> = {
  APPOINTMENT: '聘任文件',
  ENTRUST_LETTER: '委托函',
  REVIEW_RESULT: '评审结果文件',
  EXAM_RESULT: '考试成绩',
  ID_PROOF: '证件材料',
  OTHER: '其他',
};

export function isPurpose(text: string | undefined): text is Purpose {
  return (PURPOSES as readonly (string | undefined)[]).includes(text);
}

export const MEDIA_TYPES = ['application/pdf', 'image/jpeg', 'image/png'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
export const MAX_FILES = 20;

/** One kept file: cleaned, sealed, never changed. */
export interface FileRecord {
  readonly id: string;
  readonly applicationId: string;
  readonly purpose: Purpose;
  /** As the person named it, without path; sealed at rest. */
  readonly name: string;
  readonly mediaType: MediaType;
  /** Bytes of the cleaned file. */
  readonly size: number;
  /** 64 hex digits, of the file as it was sent: the same file again is the same file. */
  readonly sha256: string;
  readonly addedAt: Instant;
  /** Account that added it. */
  readonly addedBy: string;
}

export function isMediaType(text: string | undefined): text is MediaType {
  return (MEDIA_TYPES as readonly (string | undefined)[]).includes(text);
}
