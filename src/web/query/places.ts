/** Where the reader is on the page. Each step forward is one of the browser's history, so that its way back leads one step back. */
import { onMounted, onUnmounted, ref, type Ref } from 'vue';

export const TABS = ['facts', 'share'] as const;
export type Tab = (typeof TABS)[number];
/** `over` is a lookup whose code can be tried no more; `shared` what a share code opened. */
export type Place = 'facts' | 'code' | 'over' | 'result' | 'share' | 'shared';

const TAB_OF: Readonly<Record<Place, Tab>> = {
  facts: 'facts',
  code: 'facts',
  over: 'facts',
  result: 'facts',
  share: 'share',
  shared: 'share',
};

export interface Places {
  readonly place: Ref<Place>;
  /** One step forward; `instead` takes the place of the step the reader is on. */
  readonly go: (place: Place, how?: 'forward' | 'instead') => void;
  /** The other way of asking, where the reader left it. */
  readonly change: (tab: Tab) => void;
}

export function tabOf(place: Place): Tab {
  return TAB_OF[place];
}

/** @param canShow whether a step of the history still has something to show */
export function usePlaces(canShow: (place: Place) => boolean): Places {
  const place = ref<Place>('facts');
  const left: Record<Tab, Place> = { facts: 'facts', share: 'share' };

  function go(to: Place, how: 'forward' | 'instead' = 'forward'): void {
    enter(to);
    const state = { place: to };
    if (how === 'forward') history.pushState(state, '', location.pathname);
    else history.replaceState(state, '', location.pathname);
  }
  function enter(to: Place): void {
    place.value = to;
    left[TAB_OF[to]] = to;
  }
  const change = (tab: Tab): void => go(canShow(left[tab]) ? left[tab] : tab, 'instead');
  const onBack = ({ state }: PopStateEvent): void => {
    const wanted = (state as { place?: unknown } | null)?.place;
    if (!isPlace(wanted)) enter('facts');
    else enter(canShow(wanted) ? wanted : TAB_OF[wanted]);
  };
  onMounted(() => addEventListener('popstate', onBack));
  onUnmounted(() => removeEventListener('popstate', onBack));
  return { place, go, change };
}

function isPlace(value: unknown): value is Place {
  return typeof value === 'string' && Object.hasOwn(TAB_OF, value);
}
