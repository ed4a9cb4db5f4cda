/**
 * `POST /api/verify` over HTTP, the service and the load generator each in a process of its own: how many a second and how late the last
 * per cent; a bare koa route beside it; memory under a minute of load; and ten times too much.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answered, Load } from './http-load.ts';
import type { Listening, Usage } from './http-service.ts';

const CONNECTIONS = 64;
const OVERLOAD = 10;

/** Rows of figures; `seconds` is the length of the measurement of memory, the others are shorter. */
export async function httpBench(seconds: number): Promise<readonly string[]> {
  const service = forked('http-service.js', ['--expose-gc']);
  const generator = forked('http-load.js');
  const load = async (given: Load): Promise<Answered> => asked<Answered>(generator, given);
  const usage = async (): Promise<Usage> => asked<Usage>(service, 'usage');
  const told = await first<Listening>(service);
  const bodies = told.qrTexts.map(text => JSON.stringify({ text }));
  const verify = { url: `${told.url}/api/verify`, bodies, connections: CONNECTIONS };
  try {
    await load({ ...verify, seconds: 5 }); // warm-up
    const plain = await load({ ...verify, seconds: 10 });
    const bare = await load({ ...verify, url: told.bareUrl, seconds: 5 });
    const before = await usage();
    const long = await load({ ...verify, seconds });
    const after = await usage();
    const flood = await load({ ...verify, connections: CONNECTIONS * OVERLOAD, seconds: 10 });
    const last = await usage();
    return [
      `POST /api/verify: ${perSecond(plain)}/s (≥ 3000), p50 ${plain.p50.toFixed(1)} ms, p99 ${plain.p99.toFixed(1)} ms (≤ 40) with ${CONNECTIONS} connections · others ${others(plain)}`,
      `  a bare koa route: ${perSecond(bare)}/s, so ours is ${((perSecond(plain) * 100) / perSecond(bare)).toFixed(0)} % of it`,
      `  ${seconds} s of load, ${perSecond(long)}/s: memory ${mb(before.rssBytes)} → ${mb(after.rssBytes)} MB, heap ${mb(before.heapBytes)} → ${mb(after.heapBytes)} MB, CPU ${cpuMicroseconds(before, after, long)} µs a request`,
      `  ${OVERLOAD} × the connections: ${perSecond(flood)}/s answered within p99 ${flood.p99.toFixed(0)} ms, ${Math.round((flood.byStatus['503'] ?? 0) / flood.seconds)}/s shed with 503, others ${others(flood)}, memory ${mb(last.rssBytes)} MB, heap ${mb(last.heapBytes)} MB`,
    ];
  } finally {
    service.send('stop');
    generator.kill();
    await once(service, 'exit');
  }
}

function forked(file: string, execArgv: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: [...execArgv] });
}

/** One answer for one question; never two questions at once. */
async function asked<Answer>(child: ChildProcess, question: Load | 'usage'): Promise<Answer> {
  child.send(question);
  return first<Answer>(child);
}

/** The next message; a child that ends without one has failed, and said why on its own standard error. */
async function first<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`bench: a child ended with ${code}`));
    child.once('exit', failed);
    child.once('message', message => {
      child.off('exit', failed);
      resolve(message as Message);
    });
  });
}

function perSecond({ byStatus, seconds }: Answered): number {
  return Math.round((byStatus['200'] ?? 0) / seconds);
}

/** Of the service, all its threads: what remains comparable when others use the machine too. */
function cpuMicroseconds(before: Usage, after: Usage, { byStatus }: Answered): string {
  return (((after.cpuSeconds - before.cpuSeconds) * 1e6) / (byStatus['200'] ?? NaN)).toFixed(0);
}

/** Everything that was neither answered nor shed; there should be none. */
function others({ byStatus, broken }: Answered): number {
  const known = (byStatus['200'] ?? 0) + (byStatus['503'] ?? 0);
  return Object.values(byStatus).reduce((sum, count) => sum + count, broken) - known;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
