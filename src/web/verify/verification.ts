/**
 * The verification on the page: the texts in hand, the trust in hand, and what `verify` says of them now. The same function
 * runs in the server and the command line; nothing of the texts leaves this device (R33, R36).
 */
import { computed, onMounted, onUnmounted, ref, shallowRef, type ComputedRef, type Ref } from 'vue';
import type { Instant } from '../../shared/time.ts';
import type { VerificationReport } from '../../verification/report.ts';
import type { Trust } from '../../verification/trust.ts';
import { verify } from '../../verification/verify.ts';
import { canVerify } from './surroundings.ts';
import { keptTrust, obtainTrust, type TrustAnswer } from './trust-source.ts';

export type Phase = 'idle' | 'checking' | 'unavailable' | 'unsupported' | 'done';

/** A verdict grows old: it is made again this often, from the trust in hand. */
const REFRESH_MILLISECONDS = 60_000;
/** The service's document serves the next code too, while it is no older than this. */
const TRUST_FRESH_MILLISECONDS = 20_000;
/** After this a verdict from what was kept is shown, marked as such, until the service answers. */
const EARLY_MILLISECONDS = 1200;
/** Clocks that differ by less are right enough for every rule. */
const CLOCK_TOLERANCE_SECONDS = 300;

export interface Code {
  readonly text: string;
  /** Page of a document it stands on, from 1. */
  readonly page?: number;
}

export interface Judged extends Code {
  readonly report: VerificationReport;
}

export interface Verification {
  readonly phase: Ref<Phase>;
  /** One per code, those of this system first. */
  readonly judged: Ref<readonly Judged[]>;
  /** True while the service has not answered yet and the verdict rests on what was kept. */
  readonly isEarly: Ref<boolean>;
  readonly answer: Ref<TrustAnswer | undefined>;
  /** Seconds by which this device's clock is ahead, 0 when it is right enough or nobody knows. */
  readonly clockAhead: ComputedRef<number>;
  /** Checks these codes with the newest trust to be had. */
  readonly check: (codes: readonly Code[]) => Promise<void>;
  /** The same codes once more, with the trust fetched anew. */
  readonly again: () => Promise<void>;
  /** Back to the beginning; nothing of the last codes is kept. */
  readonly reset: () => void;
  /** The verifier's present: the service's clock where this device's is plainly wrong. */
  readonly now: () => Instant;
  readonly trustNow: () => Promise<Trust | undefined>;
}

/** State and verbs of the page's one verification; begins with the fragment the page was opened with. */
export function useVerification(): Verification {
  const phase = ref<Phase>('idle');
  const judged = shallowRef<readonly Judged[]>([]);
  const isEarly = ref(false);
  const source = useTrust();
  let codes: readonly Code[] = [];
  let round = 0;

  async function check(given: readonly Code[]): Promise<void> {
    codes = given;
    round += 1;
    const mine = round;
    judged.value = [];
    isEarly.value = false;
    phase.value = canVerify() ? 'checking' : 'unsupported';
    if (phase.value === 'unsupported') return;
    const answering = source.obtain();
    if (await isSlow(answering)) await conclude(mine, (await keptTrust()).trust, true);
    const { trust } = await answering;
    if (mine !== round) return; // another code was scanned meanwhile
    isEarly.value = false;
    if (trust) await conclude(mine, trust, false);
    else phase.value = 'unavailable';
  }

  async function conclude(mine: number, trust: Trust | undefined, early: boolean): Promise<void> {
    if (trust === undefined) return;
    const found = await Promise.all(
      codes.map(async code => ({ ...code, report: await verify(code.text, trust, source.now()) })),
    );
    if (mine !== round) return;
    judged.value = oursFirst(found);
    isEarly.value = early;
    phase.value = 'done';
  }

  function reset(): void {
    round += 1;
    codes = [];
    judged.value = [];
    phase.value = 'idle';
  }

  async function again(): Promise<void> {
    source.forget();
    await check(codes);
  }

  const tick = (): void => {
    if (phase.value === 'done' && !isEarly.value) void conclude(round, source.answer.value?.trust, false);
  };
  followAddress(text => check([{ text }]));
  followTime(tick, () => (codes.length > 0 ? again() : source.obtain()));
  const { answer, clockAhead, now } = source;
  const trustNow = async (): Promise<Trust | undefined> => (await source.obtain()).trust;
  return { phase, judged, isEarly, answer, clockAhead, check, again, reset, now, trustNow };
}

interface TrustInHand {
  readonly answer: Ref<TrustAnswer | undefined>;
  readonly clockAhead: ComputedRef<number>;
  readonly now: () => Instant;
  readonly obtain: () => Promise<TrustAnswer>;
  /** The next one is fetched anew. */
  readonly forget: () => void;
}

/** The page's one trust: asked for at once, shared by codes that follow each other closely. */
function useTrust(): TrustInHand {
  const answer = shallowRef<TrustAnswer>();
  let asked: { readonly at: number; readonly answering: Promise<TrustAnswer> } | undefined;

  const clockAhead = computed(() => {
    const ahead = answer.value?.clockAhead ?? 0;
    return Math.abs(ahead) > CLOCK_TOLERANCE_SECONDS ? ahead : 0;
  });
  const now = (): Instant => Math.floor(Date.now() / 1000) - clockAhead.value;

  async function ask(): Promise<TrustAnswer> {
    const found = await obtainTrust(Math.floor(Date.now() / 1000));
    answer.value = found;
    if (found.source !== 'service') asked = undefined;
    return found;
  }

  function obtain(): Promise<TrustAnswer> {
    const isFresh = asked !== undefined && performance.now() - asked.at < TRUST_FRESH_MILLISECONDS;
    if (asked === undefined || !isFresh) asked = { at: performance.now(), answering: ask() };
    return asked.answering;
  }

  onMounted(() => void (canVerify() && obtain()));
  return { answer, clockAhead, now, obtain, forget: () => (asked = undefined) };
}

/** True when the answer is not there in time. */
function isSlow(answering: Promise<unknown>): Promise<boolean> {
  const late = new Promise<boolean>(resolve => setTimeout(() => resolve(true), EARLY_MILLISECONDS));
  return Promise.race([answering.then(() => false), late]);
}

/** Otherwise in the order in which they were found. */
function oursFirst(found: readonly Judged[]): readonly Judged[] {
  const isOurs = ({ report }: Judged): boolean => report.verdict !== 'not-ours';
  return [...found.filter(isOurs), ...found.filter(each => !isOurs(each))];
}

/** Takes the code out of the address bar, and out of the history, as soon as it was read. */
function followAddress(check: (text: string) => Promise<void>): void {
  const take = (): void => {
    const fragment = location.hash.slice(1);
    if (fragment === '') return;
    // a browser that cannot verify leaves it there, so that "open in a browser" takes it along
    if (canVerify()) history.replaceState(null, '', location.pathname);
    void check(fragment);
  };
  onMounted(() => {
    take();
    addEventListener('hashchange', take);
  });
  onUnmounted(() => removeEventListener('hashchange', take));
}

function followTime(tick: () => void, online: () => unknown): void {
  let timer = 0;
  onMounted(() => {
    timer = window.setInterval(tick, REFRESH_MILLISECONDS);
    addEventListener('online', online);
  });
  onUnmounted(() => {
    clearInterval(timer);
    removeEventListener('online', online);
  });
}
