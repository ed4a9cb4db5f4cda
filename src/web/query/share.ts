/** A share code on the page: typed, pasted or from a link's fragment, which leaves the address bar as soon as it was read. */
import { onMounted, onUnmounted, ref, shallowRef, type Ref } from 'vue';
import { groupedCode, parseCode } from '../../sharing/share-code.ts';
import type { Places } from './places.ts';
import type { ShareCodeResult } from '../../shared/shapes/shapes.ts';
import { openShareCode, Refused, type Trouble } from './service.ts';

export interface Share {
  readonly code: Ref<string>;
  readonly isMalformed: Ref<boolean>;
  readonly trouble: Ref<Trouble | undefined>;
  readonly isWaiting: Ref<boolean>;
  readonly opened: Ref<ShareCodeResult | undefined>;
  readonly open: () => Promise<void>;
  readonly forgive: () => void;
  readonly reset: () => void;
}

/** A whole code in groups of four, also out of a link; whatever is none yet stays as it was typed. */
export function toShareCode(typed: string): string {
  const [, linked = typed] = /#s=([^&\s]*)/.exec(typed) ?? [];
  const code = parseCode(linked);
  return code === undefined ? linked : groupedCode(code);
}

/** @param places where the certificate is shown */
export function useShare({ go }: Places): Share {
  const code = ref('');
  const isMalformed = ref(false);
  const trouble = ref<Trouble>();
  const isWaiting = ref(false);
  const opened = shallowRef<ShareCodeResult>();

  async function open(): Promise<void> {
    if (isWaiting.value) return;
    trouble.value = undefined;
    code.value = toShareCode(code.value);
    isMalformed.value = parseCode(code.value) === undefined;
    if (isMalformed.value) return;
    isWaiting.value = true;
    try {
      opened.value = await openShareCode(code.value);
      go('shared');
    } catch (error) {
      trouble.value = error instanceof Refused ? error.trouble : { code: 'UNEXPECTED', faults: [] };
    } finally {
      isWaiting.value = false;
    }
  }

  function forgive(): void {
    isMalformed.value = false;
    trouble.value = undefined;
  }

  function take(): void {
    const { hash } = location;
    if (!hash.startsWith('#s=')) return;
    forgive();
    code.value = toShareCode(hash);
    go('share', 'instead'); // without the fragment
    void open();
  }
  onMounted(() => {
    take();
    addEventListener('hashchange', take);
  });
  onUnmounted(() => removeEventListener('hashchange', take));

  const reset = (): void => {
    forgive();
    code.value = '';
    opened.value = undefined;
  };
  return { code, isMalformed, trouble, isWaiting, opened, open, forgive, reset };
}
