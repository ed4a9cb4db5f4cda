/**
 * Where the page gets its Trust: the service's document while online, the last good one kept in this browser otherwise.
 * The root and the highest versions ever seen are remembered, so that another root or an older document is refused (V9).
 */
import { isTrustDocument } from '../../shared/shapes/shapes.ts';
import type { Instant } from '../../shared/time.ts';
import {
  OtherRoot,
  readTrust,
  type Memory,
  type Trust,
  type TrustDocument,
} from '../../verification/trust.ts';
import { keep, readKept, type Kept } from './kept-trust.ts';

const TRUST_ADDRESS = '/trust';
/** A person waits at a door; after this the kept document must do. */
const PATIENCE_MILLISECONDS = 8000;

export interface TrustAnswer {
  /** Undefined when nothing believable is at hand. */
  readonly trust?: Trust;
  readonly source: 'service' | 'kept' | 'none';
  /** True when the service gave a document that must not be believed. */
  readonly refused: boolean;
  /** Fingerprint of the root of that document, where nothing else is wrong with it. */
  readonly otherRoot?: string;
  /** True when what this browser kept must not be believed. */
  readonly keptRefused: boolean;
  /** False where this browser keeps nothing for a visit without network. */
  readonly keeps: boolean;
  /** Seconds by which this device's clock is ahead of the service's; undefined while the service was not reached. */
  readonly clockAhead?: number;
}

type Remembered = Pick<Kept, 'root' | 'highest'>;

/** What this visit has seen, for browsers that keep nothing. */
let seen: Remembered | undefined;

/** The best trust at hand; what was learned from it is remembered for the next visit. Never throws for bad material. */
export async function obtainTrust(now: Instant): Promise<TrustAnswer> {
  const [fetched, stored] = await Promise.all([fetchDocument(), readKept()]);
  const clock = fetched?.clockAhead === undefined ? {} : { clockAhead: fetched.clockAhead };
  const remembered = seen ?? stored.kept;
  const { trust, otherRoot } =
    fetched?.document === undefined
      ? {}
      : await judged(fetched.document, memoryFor(fetched.document, remembered));
  if (trust === undefined) {
    const refused = fetched?.document !== undefined;
    const other = otherRoot === undefined ? {} : { otherRoot };
    return { ...(await judgedKept(stored)), ...clock, refused, ...other };
  }
  const document = fetched?.document as TrustDocument; // readTrust has checked its shape
  seen = rememberedOf(document, trust);
  const keeps = await keep({ ...seen, document, keptAt: now });
  return { trust, source: 'service', refused: false, keptRefused: false, keeps, ...clock };
}

/** What this browser kept, without waiting for the network. */
export async function keptTrust(): Promise<TrustAnswer> {
  return judgedKept(await readKept());
}

async function judgedKept({ kept, works }: { kept?: Kept; works: boolean }): Promise<TrustAnswer> {
  const nothing = { source: 'none', refused: false, keptRefused: false, keeps: works } as const;
  if (kept === undefined) return nothing;
  const { trust } = await judged(kept.document, pinned(kept));
  return trust ? { ...nothing, trust, source: 'kept' } : { ...nothing, keptRefused: true };
}

interface Fetched {
  readonly document?: unknown;
  readonly clockAhead?: number;
}

/** The service's answer, or undefined when it cannot be reached. */
async function fetchDocument(): Promise<Fetched | undefined> {
  try {
    const answer = await fetch(TRUST_ADDRESS, {
      cache: 'no-cache',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    if (!answer.ok) return undefined;
    const servedAt = Date.parse(answer.headers.get('Date') ?? '');
    const clockAhead = Math.round((Date.now() - servedAt) / 1000);
    const document: unknown = await answer.json();
    return { document, ...(Number.isNaN(clockAhead) ? {} : { clockAhead }) };
  } catch {
    return undefined; // offline, too slow, or a captive portal's page instead of JSON: all mean "not reached"
  }
}

interface Finding {
  readonly trust?: Trust;
  readonly otherRoot?: string;
}

/** A document that lost a list seen before is rolled back too: a revocation must not vanish with it. */
async function judged(document: unknown, memory: Memory): Promise<Finding> {
  try {
    const trust = await readTrust(document, memory);
    const lost = [...trust.highest.keys()].some(url => url !== 'manifest' && !trust.lists.has(url));
    return lost ? {} : { trust };
  } catch (error) {
    if (error instanceof OtherRoot) return { otherRoot: error.fingerprint };
    if (error instanceof Error) return {}; // TrustInvalid; forms or keys that cannot be read count too
    throw error;
  }
}

/** A test root is not pinned against its successor: every demonstration makes a new one, and none has legal effect. */
function memoryFor(document: unknown, remembered: Remembered | undefined): Memory {
  if (remembered === undefined) return {};
  const isOtherRoot = isTrustDocument(document) && document.root.x !== remembered.root.x;
  return remembered.root.test === true && isOtherRoot ? {} : pinned(remembered);
}

function pinned({ root: { x, y }, highest }: Remembered): Memory {
  return { root: { kty: 'EC', crv: 'P-256', x, y }, highest: new Map(Object.entries(highest)) };
}

function rememberedOf(document: TrustDocument, trust: Trust): Remembered {
  const { x, y, test } = document.root;
  return { root: { x, y, ...(test ? { test } : {}) }, highest: Object.fromEntries(trust.highest) };
}
