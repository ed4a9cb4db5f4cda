/** The load generator of `http-bench.ts`, in a process of its own: autocannon told what to send, answering what came back. */
import autocannon, { type Result } from 'autocannon';

export interface Load {
  readonly url: string;
  /** Bodies sent in turn by every connection. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

export interface Answered {
  readonly seconds: number;
  /** Answers by status. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Milliseconds of the answers with status 200. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Connections that broke or timed out. */
  readonly broken: number;
}

process.once('disconnect', () => process.exit());
process.on('message', (load: Load) => {
  void answered(load).then(result => process.send?.(result));
});

async function answered({ url, bodies, connections, seconds }: Load): Promise<Answered> {
  const took: number[] = [];
  const byStatus: Record<string, number> = {};
  const result = await new Promise<Result>((resolve, reject) => {
    const running = autocannon(
      {
        url,
        connections,
        duration: seconds,
        headers: { 'content-type': 'application/json' },
        requests: bodies.map(body => ({ method: 'POST' as const, body })),
      },
      (error: Error | null, done) => (error ? reject(error) : resolve(done)),
    );
    running.on('response', (...[, status, , ms]) => {
      byStatus[status] = (byStatus[status] ?? 0) + 1;
      if (status === 200) took.push(ms);
    });
  });
  took.sort((one, other) => one - other);
  const at = (share: number): number => took[Math.floor((took.length - 1) * share)] ?? NaN;
  return {
    seconds: result.duration,
    byStatus,
    p50: at(0.5),
    p99: at(0.99),
    longest: at(1),
    broken: result.errors + result.timeouts,
  };
}
