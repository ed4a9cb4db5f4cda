/**
 * One notification over HTTPS to a URL that a stranger chose: the name is resolved, every address judged, and the connection made to no
 * other than those (so a name that changes between the two gains nothing); no proxy, no redirect, no kept connection, ten seconds for
 * everything and 64 KB of answer. Whatever goes wrong becomes one stable word.
 */
import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '../target/address.ts';
import { urlFault, type TargetRules } from '../target/url.ts';
import type { Fault } from './fault.ts';
import { resolveByNetwork, type Resolve } from './resolve.ts';

/** Resolving, connecting, sending and reading together. */
export const TIMEOUT_MS = 10_000;
export const MAX_ANSWER_BYTES = 64 * 1024;

export interface Notification {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly fault: Fault };

/** Ends within ten seconds, whatever the other side does; a failing target is an outcome, not an error. */
export type Send = (notification: Notification) => Promise<Outcome>;

export interface SendTools extends TargetRules {
  readonly resolve?: Resolve;
  /** For tests; TIMEOUT_MS unless given. */
  readonly timeoutMs?: number;
  /** Certificate authorities instead of the usual ones, for tests. */
  readonly ca?: string;
}

/** The sender of this configuration. */
export function sender(tools: SendTools): Send {
  const { timeoutMs = TIMEOUT_MS, resolve = resolveByNetwork } = tools;
  return async notification => {
    if (urlFault(notification.url, tools) !== undefined) return failed('TARGET_REFUSED');
    const url = new URL(notification.url);
    const end = performance.now() + timeoutMs;
    const addresses = await resolve(url.hostname, timeoutMs);
    if (addresses.length === 0) return failed(performance.now() < end ? 'NAME_UNKNOWN' : 'TIMEOUT');
    if (!areAllowed(addresses, tools)) return failed('ADDRESS_REFUSED');
    return sent(notification, { url, addresses, leftMs: Math.max(1, end - performance.now()), ca: tools.ca });
  };
}

/** One address that must not be spoken to condemns the name: which one is taken is not for a stranger to choose. */
export function areAllowed(addresses: readonly string[], { isPrivateAllowed }: TargetRules): boolean {
  return addresses.every(address => (isPrivateAllowed ? isIP(address) !== 0 : isPublicAddress(address)));
}

interface Way {
  readonly url: URL;
  /** Judged, at least one. */
  readonly addresses: readonly string[];
  readonly leftMs: number;
  readonly ca: string | undefined;
}

async function sent({ headers, body }: Notification, way: Way): Promise<Outcome> {
  const request = opened(way, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'zhicheng-webhook/1',
    accept: '*/*',
    connection: 'close',
  });
  return new Promise(resolve => {
    let outcome: Outcome | undefined;
    const over = setTimeout(() => {
      outcome ??= failed('TIMEOUT');
      request.destroy();
    }, way.leftMs);
    request.on('response', response => {
      outcome ??= outcomeOf(response);
      drain(response, request);
    });
    // a switch of protocols was not asked for
    request.on('upgrade', response => {
      outcome ??= outcomeOf(response);
      request.destroy();
    });
    request.on('error', error => (outcome ??= failed(faultOf(error, request))));
    request.on('close', () => {
      clearTimeout(over);
      resolve(outcome ?? failed('CLOSED'));
    });
    request.end(body);
  });
}

function opened({ url, addresses, ca }: Way, headers: Record<string, string>): ClientRequest {
  const options: RequestOptions = {
    method: 'POST',
    headers,
    agent: false, // a connection of its own, closed afterwards; proxies of the environment are not asked
    lookup: pinnedTo(addresses),
  };
  if (url.protocol === 'http:') return requestHttp(url, options);
  return requestHttps(url, ca === undefined ? options : { ...options, ca });
}

/** Whatever name is asked for, these addresses come out: nobody resolves it a second time. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map(address => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = all;
    if (options.all === true) callback(null, all);
    else callback(null, first?.address ?? '', first?.family ?? 0);
  };
}

/** The status has said all; a little is read for good manners, and not more whatever is sent. */
function drain(response: IncomingMessage, request: ClientRequest): void {
  let bytes = 0;
  response.on('data', (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) request.destroy();
  });
  response.on('error', () => request.destroy());
}

function outcomeOf({ statusCode = 0 }: IncomingMessage): Outcome {
  if (statusCode >= 200 && statusCode < 300) return { ok: true };
  if (statusCode >= 300 && statusCode < 400) return failed('REDIRECTED');
  return failed(`HTTP_${statusCode}`);
}

const CONNECTION_CODES = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENOTFOUND|EACCES)$/;
const TLS_CODES = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_OSSL)/;

function faultOf(error: Error, request: ClientRequest): Fault {
  const { code = '' } = error as NodeJS.ErrnoException;
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [];
  const said = code === '' ? (first?.code ?? '') : code;
  if (CONNECTION_CODES.test(said)) return 'CONNECT_FAILED';
  if (said === 'ETIMEDOUT') return request.socket?.connecting === false ? 'TIMEOUT' : 'CONNECT_FAILED';
  if (TLS_CODES.test(said)) return 'TLS_FAILED';
  return said.startsWith('HPE_') ? 'ANSWER_INVALID' : 'CLOSED';
}

function failed(fault: Fault): Outcome {
  return { ok: false, fault };
}
