/** Which rows of a long list are near the screen, so that only those are in the page; the page itself scrolls. */
import { computed, onMounted, onUnmounted, ref, type ComputedRef, type Ref } from 'vue';

/** Rows kept above and below the screen. */
const SPARE = 4;

export interface Windowing {
  readonly rowHeight: Ref<number>;
  /** Places of the rows to show: from `first`, before `last`. */
  readonly first: ComputedRef<number>;
  readonly last: ComputedRef<number>;
  /** More than rows are ever shown at once: places that differ by it may take turns in one element. */
  readonly span: ComputedRef<number>;
  /** The row is on the screen, below whatever sticks to its top. */
  readonly bringIntoView: (place: number) => void;
}

/** @param body holds the rows, each as high as `probe` */
export function useWindowing(
  body: Readonly<Ref<HTMLElement | null>>,
  probe: Readonly<Ref<HTMLElement | null>>,
  count: () => number,
): Windowing {
  const rowHeight = ref(64);
  const [top, height] = [ref(0), ref(900)];
  let isDue = false;

  const look = (): void => {
    isDue = false;
    rowHeight.value = probe.value?.offsetHeight ?? rowHeight.value;
    top.value = -(body.value?.getBoundingClientRect().top ?? 0);
    height.value = innerHeight;
  };
  const lookSoon = (): void => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(look);
  };
  const bringIntoView = (place: number): void => {
    const box = body.value?.getBoundingClientRect();
    if (!box) return;
    const [rowTop, margin] = [box.top + place * rowHeight.value, rowHeight.value];
    if (rowTop < margin) scrollBy(0, rowTop - margin);
    else if (rowTop + 2 * margin > innerHeight) scrollBy(0, rowTop + 2 * margin - innerHeight);
    look();
  };
  onMounted(() => {
    addEventListener('scroll', lookSoon, { passive: true });
    addEventListener('resize', lookSoon);
    look();
  });
  onUnmounted(() => {
    removeEventListener('scroll', lookSoon);
    removeEventListener('resize', lookSoon);
  });
  const first = computed(() => Math.max(0, Math.floor(top.value / rowHeight.value) - SPARE));
  const last = computed(() =>
    Math.min(count(), Math.ceil((top.value + height.value) / rowHeight.value) + SPARE),
  );
  const span = computed(() => Math.ceil(height.value / rowHeight.value) + 2 * SPARE + 2);
  return { rowHeight, first, last, span, bringIntoView };
}
