/** The lookup under way, kept for this tab: a phone may put the page away while its owner asks the holder for the code. No fact of it. */

export interface KeptLookup {
  readonly lookupId: string;
  /** Milliseconds of this device's clock. */
  readonly endsAt: number;
  readonly againAt: number;
  readonly triesLeft: number;
}

const KEY = 'zhicheng.lookup';

/** What was kept and is whole; undefined where nothing was, or nothing can be. */
export function keptLookup(): KeptLookup | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    return isWhole(kept) ? kept : undefined;
  } catch {
    return undefined; // forbidden, or not ours
  }
}

/** Kept instead of what was; undefined forgets it. */
export function keepLookup(kept: KeptLookup | undefined): void {
  try {
    if (kept === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // forbidden or full: the lookup lives as long as the page
  }
}

function isWhole(value: unknown): value is KeptLookup {
  if (typeof value !== 'object' || value === null) return false;
  const { lookupId, endsAt, againAt, triesLeft } = value as Partial<Record<keyof KeptLookup, unknown>>;
  const isNumber = [endsAt, againAt, triesLeft].every(each => Number.isFinite(each));
  return isNumber && typeof lookupId === 'string' && /^[0-9a-f]{32}$/.test(lookupId) && Number(triesLeft) > 0;
}
