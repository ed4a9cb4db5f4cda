/** What a key does in the work list; single letters only while the list has the focus (WCAG 2.1.4). Pure. */

export interface ListActions {
  /** Rows on a screen. */
  readonly page: number;
  readonly move: (by: number) => void;
  readonly extend: (by: number) => void;
  readonly begin: () => void;
  readonly end: () => void;
  readonly open: () => void;
  readonly toggle: () => void;
  /** `all`, or a key that means something to the page around. */
  readonly other: (key: string) => void;
}

const OTHER: readonly string[] = ['a', 'r', 'u', '/', '?', 'Escape'];

/** What to run for that key; undefined for keys that are the browser's. */
export function keyActions(
  { key, ctrlKey, shiftKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey'>,
  actions: ListActions,
): (() => void) | undefined {
  if (ctrlKey) return key.toLowerCase() === 'a' ? () => actions.other('all') : undefined;
  const step = shiftKey ? actions.extend : actions.move;
  const keys: ReadonlyMap<string, () => void> = new Map([
    ['ArrowDown', () => step(1)],
    ['ArrowUp', () => step(-1)],
    ['j', () => actions.move(1)],
    ['k', () => actions.move(-1)],
    ['PageDown', () => actions.move(actions.page)],
    ['PageUp', () => actions.move(-actions.page)],
    ['Home', actions.begin],
    ['End', actions.end],
    ['Enter', actions.open],
    [' ', actions.toggle],
    ['x', actions.toggle],
  ]);
  return keys.get(key) ?? (OTHER.includes(key) ? () => actions.other(key) : undefined);
}
