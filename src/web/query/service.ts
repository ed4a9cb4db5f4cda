/** The service's public questions as this page asks them. What comes back is checked by its shape; what went wrong comes back as trouble. */
import {
  isLookupAsked,
  isLookupChallenge,
  isLookupResult,
  isShareCodeResult,
  type LookupAsked,
  type LookupChallenge,
  type LookupResult,
  type ShareCodeResult,
} from '../../shared/shapes/shapes.ts';
import type { ErrorCode, PlacedFault } from '../../shared/errors.ts';

/** Why there is no answer: the service's own code, or that it could not be reached or understood. */
export interface Trouble {
  readonly code: ErrorCode | 'OFFLINE' | 'UNEXPECTED';
  /** The service's Chinese sentence; absent when it said nothing. */
  readonly detail?: string | undefined;
  readonly faults: readonly PlacedFault[];
  readonly retryAfterSeconds?: number | undefined;
}

export class Refused extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.code);
    this.name = 'Refused';
    this.trouble = trouble;
  }
}

export interface Facts {
  readonly idNumber: string;
  readonly number: string;
  readonly phone: string;
  readonly requester: string;
  readonly purpose: string;
}

/** @throws Refused */
export async function fetchChallenge(): Promise<LookupChallenge> {
  return call('/api/lookups/challenge', isLookupChallenge);
}

/** @throws Refused */
export async function askLookup(
  body: Facts & { readonly challenge: string; readonly nonce: string },
): Promise<LookupAsked> {
  return call('/api/lookups', isLookupAsked, body);
}

/** @throws Refused */
export async function fetchResult(lookupId: string, code: string): Promise<LookupResult> {
  return call(`/api/lookups/${lookupId}/result`, isLookupResult, { code });
}

/** @throws Refused */
export async function openShareCode(code: string): Promise<ShareCodeResult> {
  return call('/api/share-codes/open', isShareCodeResult, { code });
}

const PATIENCE_MILLISECONDS = 30_000;

async function call<T>(path: string, isShape: (value: unknown) => value is T, body?: object): Promise<T> {
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const asked = body === undefined ? { signal } : { ...post(body), signal };
  const response = await fetch(path, asked).catch((): never => {
    throw new Refused({ code: 'OFFLINE', faults: [] });
  });
  const said: unknown = await response.json().catch(() => undefined); // whatever is no JSON is no answer of the service
  if (response.ok && isShape(said)) return said;
  throw new Refused(troubleOf(response, said));
}

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** RFC 9457, as far as it is one. */
function troubleOf(response: Response, said: unknown): Trouble {
  const problem = isObject(said) ? said : {};
  const { code, detail, errors } = problem;
  if (response.ok || typeof code !== 'string' || typeof detail !== 'string')
    return { code: 'UNEXPECTED', faults: [] };
  const wait = Number(response.headers.get('Retry-After') ?? NaN);
  return {
    code: code as ErrorCode, // only compared with the codes that are known here
    detail,
    faults: Array.isArray(errors) ? errors.filter(isPlaced) : [],
    retryAfterSeconds: Number.isFinite(wait) ? wait : undefined,
  };
}

function isPlaced(fault: unknown): fault is PlacedFault {
  return isObject(fault) && typeof fault['pointer'] === 'string' && typeof fault['detail'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
