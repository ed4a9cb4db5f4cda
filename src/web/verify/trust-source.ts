/**
 * Where the page gets its Trust: the service's document while online, the last good one kept in this browser otherwise.
 * The root and the highest versions ever seen are remembered, so that another root or an older document is refused (V9).
 */
import { isTrustDocument } from '../../shared/shapes/shapes.ts';
import {
  TrustInvalid,
  readTrust,
  type Memory,
  type Trust,
  type TrustDocument,
} from '../../verification/trust.ts';

const TRUST_ADDRESS = '/trust';
const KEPT_DOCUMENT = 'zhicheng.trust';
const REMEMBERED = 'zhicheng.memory';
/** A person waits at a door; after this the kept document must do. */
const PATIENCE_MILLISECONDS = 8000;

export interface TrustAnswer {
  /** Undefined when nothing believable is at hand. */
  readonly trust?: Trust;
  /** True when the service gave a document that must not be believed. */
  readonly refused: boolean;
}

interface Remembered {
  readonly root: { readonly x: string; readonly y: string; readonly test?: true };
  readonly highest: Readonly<Record<string, number>>;
}

/** The best trust at hand; what was learned from it is remembered for the next visit. Never throws for bad material. */
export async function obtainTrust(): Promise<TrustAnswer> {
  const fetched = await fetchDocument();
  const remembered = readRemembered();
  if (fetched === undefined) return { ...(await keptTrust(remembered)), refused: false };
  const trust = await believed(fetched, memoryFor(fetched, remembered));
  if (trust === undefined) return { ...(await keptTrust(remembered)), refused: true };
  keep(fetched as TrustDocument, trust); // readTrust has checked its shape
  return { trust, refused: false };
}

/** The service's answer, or undefined when it cannot be reached or gives none. */
async function fetchDocument(): Promise<unknown> {
  try {
    const answer = await fetch(TRUST_ADDRESS, {
      cache: 'no-cache',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined; // offline, too slow, or a captive portal's page instead of JSON: all mean "not reached"
  }
}

async function keptTrust(remembered: Remembered | undefined): Promise<{ trust?: Trust }> {
  const kept = parse(read(KEPT_DOCUMENT));
  const trust = kept === undefined ? undefined : await believed(kept, memoryFor(kept, remembered));
  return trust ? { trust } : {};
}

/** A document that lost a list seen before is rolled back too: a revocation must not vanish with it. */
async function believed(document: unknown, memory: Memory): Promise<Trust | undefined> {
  try {
    const trust = await readTrust(document, memory);
    const lost = [...trust.highest.keys()].some(url => url !== 'manifest' && !trust.lists.has(url));
    return lost ? undefined : trust;
  } catch (error) {
    if (error instanceof TrustInvalid || error instanceof Error) return undefined; // forms or keys that cannot be read count too
    throw error;
  }
}

/** A test root is not pinned against its successor: every demonstration makes a new one, and none has legal effect. */
function memoryFor(document: unknown, remembered: Remembered | undefined): Memory {
  if (remembered === undefined) return {};
  const isOtherRoot = isTrustDocument(document) && document.root.x !== remembered.root.x;
  if (remembered.root.test === true && isOtherRoot) return {};
  const { x, y } = remembered.root;
  return { root: { kty: 'EC', crv: 'P-256', x, y }, highest: new Map(Object.entries(remembered.highest)) };
}

function keep(document: TrustDocument, trust: Trust): void {
  const { x, y, test } = document.root;
  const remembered: Remembered = {
    root: { x, y, ...(test ? { test } : {}) },
    highest: Object.fromEntries(trust.highest),
  };
  write(REMEMBERED, JSON.stringify(remembered));
  write(KEPT_DOCUMENT, JSON.stringify(document));
}

function readRemembered(): Remembered | undefined {
  const value = parse(read(REMEMBERED)) as Partial<Remembered> | undefined; // written by `keep` only; checked all the same
  const root = value?.root;
  const highest = value?.highest;
  if (typeof root?.x !== 'string' || typeof root.y !== 'string' || typeof highest !== 'object')
    return undefined;
  return { root, highest };
}

function parse(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // SyntaxError: the storage was tampered with; the same as having none
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // SecurityError: storage forbidden; the page then works online only
  }
}

function write(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // SecurityError or QuotaExceededError: an old copy would contradict the new memory, so none is kept
    if (name === KEPT_DOCUMENT) forget(name);
  }
}

function forget(name: string): void {
  try {
    localStorage.removeItem(name);
  } catch {
    return; // SecurityError: nothing was ever kept
  }
}
