/**
 * One verification on the page: the text in hand, the trust in hand, and what `verify` says of them now. The same function
 * runs in the server and the command line; nothing of the text leaves this device (R33, R36).
 */
import { onMounted, onUnmounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { Instant } from '../../shared/time.ts';
import type { VerificationReport } from '../../verification/report.ts';
import type { Trust } from '../../verification/trust.ts';
import { verify } from '../../verification/verify.ts';
import { obtainTrust } from './trust-source.ts';

export type Phase = 'idle' | 'checking' | 'unavailable' | 'unsupported' | 'done';

/** A verdict grows old: it is made again this often, from the trust in hand. */
const REFRESH_MILLISECONDS = 60_000;

export interface Verification {
  readonly phase: Ref<Phase>;
  readonly report: ShallowRef<VerificationReport | undefined>;
  readonly issuerName: Ref<string>;
  /** True when the service's trust document was refused. */
  readonly refused: Ref<boolean>;
  /** Checks this text with the newest trust to be had. */
  readonly check: (text: string) => Promise<void>;
  /** The same text once more, with the trust fetched anew. */
  readonly again: () => Promise<void>;
  /** Back to the beginning; nothing of the last text is kept. */
  readonly reset: () => void;
}

/** State and verbs of the page's one verification; begins with the fragment the page was opened with. */
export function useVerification(): Verification {
  const phase = ref<Phase>('idle');
  const report = shallowRef<VerificationReport>();
  const issuerName = ref('');
  const refused = ref(false);
  let text = '';
  let trust: Trust | undefined;
  let round = 0;

  async function check(given: string): Promise<void> {
    text = given;
    round += 1;
    const mine = round;
    report.value = undefined;
    phase.value = canVerify() ? 'checking' : 'unsupported';
    if (phase.value === 'unsupported') return;
    const answer = await obtainTrust();
    if (mine !== round) return; // another code was scanned meanwhile
    trust = answer.trust;
    refused.value = answer.refused;
    issuerName.value = trust?.issuerName ?? '';
    if (trust) await conclude(mine, trust);
    else phase.value = 'unavailable';
  }

  async function conclude(mine: number, believed: Trust): Promise<void> {
    const found = await verify(text, believed, now());
    if (mine !== round) return;
    report.value = found;
    phase.value = 'done';
  }

  function reset(): void {
    round += 1;
    text = '';
    report.value = undefined;
    refused.value = false;
    phase.value = 'idle';
  }

  const again = (): Promise<void> => check(text);
  const tick = (): void => void (phase.value === 'done' && trust && conclude(round, trust));
  followAddress(check);
  followTime(tick, () => void (text !== '' && again()));
  return { phase, report, issuerName, refused, check, again, reset };
}

/** Takes the code out of the address bar, and out of the history, as soon as it was read. */
function followAddress(check: (text: string) => Promise<void>): void {
  const take = (): void => {
    const fragment = location.hash.slice(1);
    if (fragment === '') return;
    history.replaceState(null, '', location.pathname);
    void check(fragment);
  };
  onMounted(() => {
    take();
    addEventListener('hashchange', take);
  });
  onUnmounted(() => removeEventListener('hashchange', take));
}

function followTime(tick: () => void, online: () => void): void {
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

/** Signatures need Web Cryptography, which browsers give to secure origins only. */
function canVerify(): boolean {
  return globalThis.isSecureContext && typeof globalThis.crypto?.subtle?.verify === 'function';
}

function now(): Instant {
  return Math.floor(Date.now() / 1000);
}
