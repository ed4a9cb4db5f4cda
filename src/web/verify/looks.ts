/** How each verdict looks: a tone (colour) and an icon, so that neither has to be told apart alone. Pure. */
import type { VerificationReport } from '../../verification/report.ts';
import type { VerdictWords, Words } from './words/words.ts';

export type Shown = keyof Words['verdicts'];
export type Tone = 'good' | 'warn' | 'pause' | 'stop' | 'grey' | 'wait';
export type IconName = 'tick' | 'clock' | 'pause' | 'cross' | 'renewed' | 'question' | 'wheel';

export const LOOKS: Readonly<Record<Shown, { readonly tone: Tone; readonly icon: IconName }>> = {
  valid: { tone: 'good', icon: 'tick' },
  'valid-as-of': { tone: 'warn', icon: 'clock' },
  'status-unknown': { tone: 'warn', icon: 'question' },
  suspended: { tone: 'pause', icon: 'pause' },
  revoked: { tone: 'stop', icon: 'cross' },
  superseded: { tone: 'stop', icon: 'renewed' },
  expired: { tone: 'stop', icon: 'clock' },
  'not-ours': { tone: 'grey', icon: 'question' },
  invalid: { tone: 'stop', icon: 'cross' },
  unreadable: { tone: 'stop', icon: 'cross' },
  checking: { tone: 'wait', icon: 'wheel' },
  unavailable: { tone: 'grey', icon: 'question' },
  unsupported: { tone: 'grey', icon: 'question' },
  'clock-wrong': { tone: 'grey', icon: 'clock' },
};

/** SVG paths on a 24 × 24 grid, stroked. */
export const ICON_PATHS: Readonly<Record<IconName, string>> = {
  tick: 'M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19zM7.5 12.3l3.1 3.1l6-6.4',
  clock: 'M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19zM12 6.5v5.8l3.8 2.3',
  pause: 'M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19zM9.5 8v8M14.5 8v8',
  cross: 'M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19zM8.3 8.3l7.4 7.4M15.7 8.3l-7.4 7.4',
  renewed: 'M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 3.8v4.7h-4.7M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20.2v-4.7h4.7',
  question:
    'M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 0 1 0-19zM9.3 9.4a2.8 2.8 0 1 1 4.2 2.4c-1 .6-1.5 1.1-1.5 2.2M12 17v.2',
  wheel: 'M12 3a9 9 0 1 0 9 9',
};

/** How much is known beside the report. */
export interface Knowledge {
  /** The verdict rests on what was kept, and the service has not answered yet. */
  readonly isEarly?: boolean;
  /** The service's clock was compared with this device's. */
  readonly knowsTime?: boolean;
}

/** What to show for this report; a code that could not even be read has words of its own. */
export function shownFor(report: VerificationReport, { isEarly, knowsTime }: Knowledge): Shown {
  const [read] = report.checks;
  if (report.verdict === 'invalid' && read?.outcome === 'fail') return 'unreadable';
  // a certificate "of the future" on a device whose time nobody confirmed says more of the clock than of the certificate
  const isFuture = report.checks.some(({ reason }) => reason === 'NOT_YET_VALID');
  if (report.verdict === 'invalid' && isFuture && knowsTime !== true) return 'clock-wrong';
  // never green before the newest status is known
  return isEarly === true && report.verdict === 'valid' ? 'valid-as-of' : report.verdict;
}

/** Headline and advice for it; what a revoked key signed says so, a valid use copy is called one, for it says nothing beyond its purpose. */
export function wordsFor(shown: Shown, words: Words, report?: VerificationReport): VerdictWords {
  const isOfRevokedKey = report?.checks.some(({ reason }) => reason === 'KEY_REVOKED') === true;
  if (shown === 'invalid' && isOfRevokedKey)
    return report?.status?.superseded === true ? words.keyRevokedRenewed : words.keyRevoked;
  return shown === 'valid' && report?.use ? words.validCopy : words.verdicts[shown];
}

/** The same for one code of several. */
export function codeShown({ report }: { readonly report: VerificationReport }, knowledge: Knowledge): Shown {
  return shownFor(report, knowledge);
}

/** The true characters that the printed name replaced, each once: a replaced character stands nowhere in the printed form. */
export function replacedCharacters(name: string, printedName: string | undefined): readonly string[] {
  if (printedName === undefined) return [];
  const printed = new Set(printedName);
  return [...new Set(name)].filter(character => !printed.has(character));
}
