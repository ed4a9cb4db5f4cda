/** Use copies as their holder is shown them. Pure. */
import type { UseCopyList, UseCopyView } from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import type { OwnUseCopy } from './own-use-copies.ts';

export function useCopyView({ useCopy, isUsable }: OwnUseCopy): UseCopyView {
  const { id, number, version, copy, use, madeAt, validThrough, qrText } = useCopy;
  return {
    id,
    number,
    version,
    copy,
    purpose: use.purpose,
    recipient: use.recipient,
    madeAt: isoAt(madeAt),
    validThrough,
    usable: isUsable,
    verifyUrl: qrText,
  };
}

export function useCopyListView(page: readonly OwnUseCopy[], limit: number): UseCopyList {
  return {
    items: page.map(useCopyView),
    next: page.length < limit ? null : (page.at(-1)?.useCopy.id ?? null),
  };
}
