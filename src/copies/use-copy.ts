/**
 * A use copy (加注副本): the certificate page once more, signed for one purpose, one recipient and a time of at most ninety days, so that a
 * copy left lying about serves nobody else. Pure. Its number counts within the certificate's version.
 */
import { invalid } from '../accounts/demand.ts';
import { FaceRefused } from '../certificate/face/primitives.ts';
import { isUseCopyEnd, USE_COPY_DAYS, type CopyUse } from '../certificate/credential.ts';
import { QrTooLarge } from '../certificate/qr/codec.ts';
import { DomainError } from '../shared/errors.ts';
import { addDays, dateAt, isDate, toChineseDate, type Instant, type PlainDate } from '../shared/time.ts';

export interface UseCopy {
  readonly id: string;
  readonly certificateId: string;
  /** From 1. */
  readonly copy: number;
  /** The holder's. */
  readonly accountId: string;
  readonly applicationId: string;
  readonly number: string;
  readonly version: number;
  readonly use: CopyUse;
  readonly madeAt: Instant;
  /** Its last day in Shanghai. */
  readonly validThrough: PlainDate;
  /** The first second after that day: `exp` of what is signed. */
  readonly endsAt: Instant;
  readonly keyId: string;
  readonly jwt: string;
  readonly qrText: string;
}

/** Where a copy stands among those of its certificate's version. */
export type CopyPlace = Pick<UseCopy, 'copy' | 'endsAt'>;

/** Most copies of one certificate that are alive at once. */
export const MAX_ALIVE = 3;
/** The code and the schema have room for no more; at three a day that is ninety years. */
const MAX_COPY = 99_999;

/** The number of the next copy, from those that there are. @throws DomainError TOO_MANY_USE_COPIES that says when one more is possible */
export function nextCopy(copies: readonly CopyPlace[], at: Instant): number {
  const ends = copies
    .filter(({ endsAt }) => at < endsAt)
    .map(({ endsAt }) => endsAt)
    .sort((one, other) => one - other);
  const [first] = ends.slice(ends.length - MAX_ALIVE);
  if (ends.length >= MAX_ALIVE && first !== undefined) throw tooMany(first, at);
  const copy = Math.max(0, ...copies.map(each => each.copy)) + 1;
  if (copy > MAX_COPY)
    throw new DomainError(
      'TOO_MANY_USE_COPIES',
      '这张证书的加注副本编号已用完，请改用分享码，或联系市局办理。',
    );
  return copy;
}

function tooMany(possibleAt: Instant, at: Instant): DomainError {
  const day = toChineseDate(dateAt(possibleAt));
  return new DomainError(
    'TOO_MANY_USE_COPIES',
    `这张证书有效的加注副本已有 ${MAX_ALIVE} 份，最早可于${day}再办理；此前如需向他人出示，请用分享码。`,
    { retryAfterSeconds: possibleAt - at },
  );
}

/** The last day, today or at most ninety days later. @throws DomainError CONTENT_INVALID at `/validThrough` */
export function demandEnd(validThrough: PlainDate, at: Instant): PlainDate {
  const today = dateAt(at);
  if (isDate(validThrough) && isUseCopyEnd(validThrough, today)) return validThrough;
  const latest = toChineseDate(addDays(today, USE_COPY_DAYS));
  throw invalid('CONTENT_INVALID', '/validThrough', [
    { code: 'END_INVALID', detail: `有效期须在今日至${latest}之间，请重新选择。` },
  ]);
}

/** True from its making to the end of its last day; whether its certificate is still in force is another matter. */
export function isRunning({ endsAt }: Pick<UseCopy, 'endsAt'>, at: Instant): boolean {
  return at < endsAt;
}

/**
 * What the work gives.
 * @throws DomainError QR_TOO_LARGE, FACE_DOES_NOT_FIT, GLYPH_MISSING in words for the holder, who can change only their own
 */
export function fitting<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const advice = adviceOn(error);
    if (advice === undefined || !(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, advice, { cause: error });
  }
}

function adviceOn(error: unknown): string | undefined {
  if (error instanceof FaceRefused && error.code === 'GLYPH_MISSING')
    return `用途或接收单位中的“${error.character ?? ''}”印不出来，请改用其他字后重试。`;
  const isTooLong =
    error instanceof QrTooLarge || (error instanceof FaceRefused && error.code === 'FACE_DOES_NOT_FIT');
  return isTooLong ? '用途或接收单位过长，副本版面排不下，请缩短后重试。' : undefined;
}
