/** Share codes as the holder and those who open them are shown them. Pure. */
import { resultView } from '../lookups/views.ts';
import type { ShareCodeList, ShareCodeMade, ShareCodeResult } from '../shared/shapes/shapes.ts';
import { isoAt, type Instant } from '../shared/time.ts';
import type { Made } from './make-share-code.ts';
import type { Opened } from './open-share-code.ts';
import type { OwnShareCode } from './own-share-codes.ts';
import { groupedCode, isAlive, shareLink } from './share-code.ts';

/** The one time that the code is shown. */
export function madeView({ shareCode, code }: Made, origin: string): ShareCodeMade {
  const { id, number, purpose, validThrough } = shareCode;
  return { id, code: groupedCode(code), link: shareLink(origin, code), number, purpose, validThrough };
}

export function ownListView(
  page: readonly OwnShareCode[],
  { limit, at }: { limit: number; at: Instant },
): ShareCodeList {
  return {
    items: page.map(({ shareCode, count, last }) => ({
      id: shareCode.id,
      number: shareCode.number,
      purpose: shareCode.purpose,
      madeAt: isoAt(shareCode.madeAt),
      validThrough: shareCode.validThrough,
      ended: !isAlive(shareCode, at),
      ...(shareCode.endedAt === undefined ? {} : { endedAt: isoAt(shareCode.endedAt) }),
      opened: count,
      lastOpened: last.map(isoAt) as ShareCodeList['items'][number]['lastOpened'], // the store gives five at most
    })),
    next: page.length < limit ? null : (page.at(-1)?.shareCode.id ?? null),
  };
}

export function openedView({ shareCode, answer }: Opened): ShareCodeResult {
  const { purpose, validThrough } = shareCode;
  return { ...resultView(answer), purpose, validThrough };
}
