/**
 * What stands before the application: requests for another host and requests beyond what can be answered in time are turned away here, in
 * a few microseconds, with the same problem document that the application would give.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { HEALTH_PATHS, hostRule } from './host.ts';
import type { Overload } from './overload.ts';
import { isShortBody, toProblem } from './problem.ts';

export interface GateParts {
  /** The service's own, such as `https://zc.example.gov.cn`. */
  readonly origin: string;
  readonly overload: Overload;
  readonly log: Logger;
}

interface Refusal {
  readonly code: 'HOST_NOT_ALLOWED' | 'OVERLOADED';
  readonly status: number;
  readonly body: string;
  readonly retryAfterSeconds?: number;
}

/** Lets requests through to the application, or answers HOST_NOT_ALLOWED or OVERLOADED itself; health checks are never OVERLOADED. */
export function gated(application: RequestListener, { origin, overload, log }: GateParts): RequestListener {
  const isForUs = hostRule(origin);
  const tell = sometimes(log);
  const foreign = refusal('HOST_NOT_ALLOWED', `请用本服务自己的网址 ${origin} 访问。`);
  const tooMany = { ...refusal('OVERLOADED', '现在办理的人太多，请过几秒再试。'), retryAfterSeconds: 3 };
  return (request, response) => {
    const turnedAway = !isForUs(request)
      ? foreign
      : isHealthCheck(request) || overload.admits(request, response)
        ? undefined
        : tooMany;
    if (turnedAway === undefined) return application(request, response);
    tell(turnedAway.code);
    refuse(turnedAway, request, response);
  };
}

function isHealthCheck({ url = '' }: IncomingMessage): boolean {
  return HEALTH_PATHS.has(url);
}

/** Written once: the answer is the same for everyone. */
function refusal(code: Refusal['code'], detail: string): Refusal {
  const problem = toProblem({ code, detail }, { state: {} });
  return { code, status: problem.status, body: JSON.stringify(problem) };
}

function refuse(
  { status, body, retryAfterSeconds }: Refusal,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
  const isWhole = request.complete || isShortBody(request);
  if (isWhole) request.resume();
  response.writeHead(status, {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': Buffer.byteLength(body),
    ...(isWhole ? {} : { Connection: 'close' }),
  });
  response.end(body);
}

const TELL_MS = 10_000;

/** One line of the log for many refusals: a flood must not be written down one by one. */
function sometimes(log: Logger): (code: Refusal['code']) => void {
  const counts = new Map<string, number>();
  let told = -Infinity;
  return code => {
    counts.set(code, (counts.get(code) ?? 0) + 1);
    const now = performance.now();
    if (now - told < TELL_MS) return;
    told = now;
    log.warn({ refused: Object.fromEntries(counts) }, 'turned away');
    counts.clear();
  };
}
