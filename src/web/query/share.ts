/** A share code on the page: typed, pasted or from a link's fragment, which leaves the address bar as soon as it was read. */
import { onMounted, onUnmounted, ref, shallowRef, type Ref } from 'vue';
import type { Places } from './places.ts';
import { openShareCode, Refused, type Shared, type Trouble } from './service.ts';

const LENGTH = 16;

export interface Share {
  readonly code: Ref<string>;
  readonly isMalformed: Ref<boolean>;
  readonly trouble: Ref<Trouble | undefined>;
  readonly isWaiting: Ref<boolean>;
  readonly opened: Ref<Shared | undefined>;
  readonly open: () => Promise<void>;
  readonly forgive: () => void;
  readonly reset: () => void;
}

/** Capital letters and digits in groups of four; a whole link gives its code. */
export function toShareCode(typed: string): string {
  const text = typed.normalize('NFKC');
  const [, linked = text] = /#s=([^&\s]*)/.exec(text) ?? [];
  const signs = linked.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return (signs.slice(0, LENGTH).match(/.{1,4}/g) ?? []).join('-');
}

/** @param places where the certificate is shown */
export function useShare({ go }: Places): Share {
  const code = ref('');
  const isMalformed = ref(false);
  const trouble = ref<Trouble>();
  const isWaiting = ref(false);
  const opened = shallowRef<Shared>();

  async function open(): Promise<void> {
    if (isWaiting.value) return;
    trouble.value = undefined;
    code.value = toShareCode(code.value);
    isMalformed.value = code.value.replaceAll('-', '').length !== LENGTH;
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
