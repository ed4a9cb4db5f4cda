/**
 * What the verify page has words for; they stand in chinese.ts and english.ts. Chinese is the law's language and comes first;
 * field values are shown as signed, never translated. Serves R19, R27, R28, R30, R33 and R36 of the notice.
 */
import type { Level } from '../../../certificate/level.ts';
import type { CheckName, Reason, Verdict } from '../../../verification/report.ts';
import type { Instant, PlainDate } from '../../../shared/time.ts';
import type { CameraFault } from '../reading/camera.ts';
import type { Pages, ReadFault } from '../reading/messages.ts';
import type { App } from '../surroundings.ts';

export type FieldName =
  | 'name'
  | 'gender'
  | 'idNumber'
  | 'submittingUnit'
  | 'qualification'
  | 'series'
  | 'specialty'
  | 'level'
  | 'reviewBody'
  | 'obtainedOn'
  | 'certificateNumber'
  | 'version'
  | 'issuedAt';

/** A headline a guard at a door understands, and one sentence saying what to do. */
export interface VerdictWords {
  readonly headline: string;
  readonly advice: string;
}

/** Verdicts that carry no report: nothing to check with, or nothing that could check. */
export type NoReport = 'checking' | 'unavailable' | 'unsupported';

/** A use copy (加注), as the report has it. */
export interface UseShown {
  readonly purpose: string;
  readonly recipient: string;
  readonly validThrough: PlainDate;
  readonly copy: number;
}

export interface Words {
  readonly lang: 'zh-CN' | 'en';
  readonly otherLanguage: string;
  readonly page: string;
  readonly verdicts: Readonly<Record<Verdict | 'unreadable' | 'clock-wrong' | NoReport, VerdictWords>>;
  /** A use copy speaks for itself only, however good it is. */
  readonly validCopy: VerdictWords;
  /** A revoked key signed it; nobody knows who held the key. */
  readonly keyRevoked: VerdictWords;
  /** The same, and its number has a next version. */
  readonly keyRevokedRenewed: VerdictWords;
  readonly asOf: (at: Instant) => string;
  readonly early: (at: Instant) => string;
  readonly earlyNote: string;
  readonly testBanner: string;
  readonly fieldsTitle: string;
  readonly fields: Readonly<Record<FieldName, string>>;
  readonly level: (level: Level) => string;
  readonly date: (date: PlainDate) => string;
  readonly day: (at: Instant) => string;
  readonly version: (version: number) => string;
  readonly printedAs: (printed: string) => string;
  readonly rareTitle: string;
  readonly rareAdvice: string;
  readonly rareMissing: string;
  readonly compare: string;
  readonly conversions: string;
  readonly statusAge: (taken: Instant, now: Instant) => string;
  readonly checkedAt: (at: Instant) => string;
  readonly again: string;
  readonly print: string;
  /** Link to the form for problems with this certificate. */
  readonly feedback: string;
  readonly refused: string;
  /** The service's root is not the pinned one: what to compare, and how to accept it. */
  readonly otherRoot: (fingerprint: string) => string;
  readonly homeTitle: string;
  readonly homeLead: string;
  readonly scan: string;
  readonly scanNote: string;
  readonly file: string;
  readonly fileNote: string;
  readonly pasteLabel: string;
  readonly pasteHint: string;
  readonly pasteButton: string;
  readonly drop: string;
  readonly another: string;
  readonly others: string;
  readonly othersNote: string;
  readonly paperTitle: string;
  readonly paper: string;
  readonly ownNumber: string;
  readonly keeps: (taken: Instant, now: Instant) => string;
  readonly keepsNothing: string;
  readonly keptRefused: string;
  readonly clockWrong: (aheadSeconds: number) => string;
  readonly clockSuspect: string;
  readonly outsideTitle: string;
  readonly outside: Readonly<Record<App | 'other', string>>;
  readonly camera: {
    readonly title: string;
    readonly starting: string;
    readonly aim: string;
    readonly torchOn: string;
    readonly torchOff: string;
    readonly change: string;
    readonly stop: string;
    readonly paused: string;
    readonly resume: string;
    readonly foreign: string;
    readonly judge: string;
    readonly faults: Readonly<Record<CameraFault, string>>;
  };
  readonly reading: (name: string, pages: Pages | undefined) => string;
  readonly readFaults: Readonly<Record<ReadFault | 'none', string>>;
  readonly firstPages: (pages: Pages) => string;
  readonly severalTitle: (count: number) => string;
  readonly severalAdvice: string;
  readonly crowded: string;
  readonly testMark: string;
  readonly onPage: (page: number) => string;
  readonly show: string;
  readonly back: string;
  readonly fileTitle: string;
  readonly original: Readonly<Record<'original' | 'not-original' | 'unknown', string>>;
  readonly fileBeside: string;
  readonly inertTitle: string;
  readonly inertLeft: (left: number) => string;
  readonly leadsTo: (host: string) => string;
  readonly useTitle: (copy: number) => string;
  readonly useFields: Readonly<Record<'purpose' | 'recipient' | 'validThrough' | 'madeOn', string>>;
  readonly useLine: (use: UseShown) => string;
  readonly useAdvice: string;
  readonly useDates: string;
  readonly share: string;
  readonly shared: string;
  readonly shareRefused: string;
  readonly shareText: (facts: ShareFacts) => string;
  readonly printTitle: string;
  readonly technical: string;
  readonly checkColumn: string;
  readonly outcomeColumn: string;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly outcomes: Readonly<Record<'pass' | 'fail' | 'unknown', string>>;
  readonly reasons: Readonly<Record<Reason, string>>;
  readonly key: string;
  readonly form: string;
  readonly jwt: string;
  readonly copy: string;
  readonly copied: string;
  readonly copyRefused: string;
  readonly wholeReport: string;
  readonly footer: string;
}

/** What may leave the device when a result is shared: never an ID number, not even a masked one. */
export interface ShareFacts {
  readonly headline: string;
  readonly number: string;
  readonly maskedName: string;
  readonly title: string;
  readonly at: Instant;
  readonly page: string;
  readonly isTest: boolean;
  readonly use?: UseShown | undefined;
}
