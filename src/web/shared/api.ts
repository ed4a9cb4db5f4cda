/**
 * Requests of the pages to this service: an answer is a value, and so is a problem document; nothing here throws for what the network
 * or the service says. Holds the session's CSRF token in memory only. Source: RFC 9457; Idempotency-Key as the API documents it.
 */
import type { Problem as ProblemDocument } from '../../shared/shapes/shapes.ts';

/** A problem document, or what stands for one when the service could not be reached. */
export interface Problem extends Pick<ProblemDocument, 'code' | 'detail'> {
  readonly status: number;
  readonly errors: NonNullable<ProblemDocument['errors']>;
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
}

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the origin, without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly form?: FormData;
  /** Makes a POST one effect however often it is sent; see `newKey`. */
  readonly key?: string;
  /** Reaches the service also when the page is left at this moment; for small bodies. */
  readonly keepalive?: boolean;
  readonly signal?: AbortSignal;
}

/** Code of a problem that never came from the service. */
export const UNREACHABLE = 'UNREACHABLE';

const held = { csrfToken: '', expired: (): void => undefined };

/** The token that every changing request of this session must carry; empty for nobody. */
export function holdCsrfToken(token: string): void {
  held.csrfToken = token;
}

/** What a changing request must carry, for requests that are not made here (upload.ts). */
export function csrfHeaders(): Readonly<Record<string, string>> {
  return { 'X-CSRF-Token': held.csrfToken };
}

/** An answer came that says nobody is signed in any more. */
export function noteSignedOut(): void {
  held.expired();
}

/** Called whenever an answer says that nobody is signed in any more. */
export function whenSignedOut(listener: () => void): void {
  held.expired = listener;
}

/** An Idempotency-Key for one intention of the user: repeat the request with it after a broken connection. */
export function newKey(): string {
  return crypto.randomUUID();
}

/** The JSON answer. The caller names its shape: it comes from this page's own service, which validates what it sends in its tests. */
export async function ask<T>(asked: Asked): Promise<Answer<T>> {
  return request(asked, async response => {
    if (response.status === 204) return undefined as T; // the caller asked for nothing
    return (await response.json()) as T;
  });
}

/** The answer as a file with the name the service gave it. */
export async function askFile(asked: Asked): Promise<Answer<{ readonly name: string; readonly file: Blob }>> {
  return request(asked, async response => ({ name: nameOf(response), file: await response.blob() }));
}

/** @param read takes the body of an answer that is no problem */
async function request<T>(asked: Asked, read: (response: Response) => Promise<T>): Promise<Answer<T>> {
  const { method = 'GET', path, query = {}, body, form, key, signal, keepalive = false } = asked;
  const wanted = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const search = wanted.length === 0 ? '' : `?${new URLSearchParams(wanted).toString()}`;
  const headers = {
    ...(method === 'GET' ? {} : csrfHeaders()),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  };
  let response: Response;
  try {
    const content = form ?? (body === undefined ? null : JSON.stringify(body));
    response = await fetch(path + search, {
      method,
      headers,
      body: content,
      keepalive,
      signal: signal ?? null,
    });
    if (response.ok) return { ok: true, value: await read(response) };
  } catch {
    return { ok: false, problem: unreachable() }; // offline, cut also in its midst, or aborted by the caller, who then does not look
  }
  const problem = await problemOf(response);
  if (problem.code === 'SIGN_IN_REQUIRED') noteSignedOut();
  return { ok: false, problem };
}

async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const retry = Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {};
  try {
    const { code, detail, errors = [] } = (await response.json()) as ProblemDocument; // or it is not JSON: below
    return { status, code, detail, errors, ...retry };
  } catch {
    return { ...unreachable(), status, ...retry }; // a proxy's own page
  }
}

/** What stands for a problem document where none came. */
export function unreachable(): Problem {
  const detail = '没有连上服务，您填写的内容还在，请检查网络后再试。';
  return { status: 0, code: UNREACHABLE, detail, errors: [] };
}

function nameOf(response: Response): string {
  const disposition = response.headers.get('Content-Disposition') ?? '';
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(disposition) ?? [];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? 'download';
}

/** Gives the file to the person, as the browser does with downloads. */
export function saveFile({ name, file }: { readonly name: string; readonly file: Blob }): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
