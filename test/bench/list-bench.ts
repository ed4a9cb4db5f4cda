/** Pages of a list of 100,000 applications over HTTP, as the desks ask for them: the 95th percentile of many, on each engine. */
import type { Capacity } from '../../src/accounts/organisation.ts';
import type { Duty } from '../../src/accounts/role.ts';
import { startService } from '../../src/service.ts';
import type { World } from '../../src/world.ts';
import { aStaff, client, signInStaff, type Client } from '../support/people.ts';
import { onEngines } from './engines.ts';
import { BUREAU, DEPARTMENT, EMPLOYER, fill, organisations } from './month-bench.ts';

const PAGE = 50;
const ROUNDS = 40;

/** Rows of figures for pages of 50 out of `count`, unsealed, masked and audited as always. */
export async function listBench(count: number): Promise<readonly string[]> {
  return onEngines(async (engine, world) => {
    await organisations(world);
    const part = Math.floor(count / 4);
    for (const state of ['EMPLOYER_REVIEW', 'DEPT_REVIEW', 'UPLOADED', 'GENERATED'] as const)
      await fill(world, { count: part, state });
    const service = await startService(world);
    try {
      const rows: string[] = [];
      for (const [name, who, path] of LISTS) {
        const times = await timesOf(await deskOf(world, service.url, who), path);
        rows.push(`  ${name}: median ${at(times, 0.5)} ms, 95 % ${at(times, 0.95)} ms (≤ 50)`);
      }
      return [`${engine}, ${count} applications, pages of ${PAGE}:`, ...rows];
    } finally {
      await service.stop();
    }
  });
}

interface Who {
  readonly code: string;
  readonly capacity: Capacity;
  readonly duty: Duty;
}
const DESKS = {
  employer: { code: EMPLOYER.code, capacity: 'employer', duty: 'clerk' },
  department: { code: DEPARTMENT.code, capacity: 'department', duty: 'clerk' },
  handler: { code: BUREAU.code, capacity: 'bureau', duty: 'handler' },
} as const satisfies Record<string, Who>;

const LISTS: readonly (readonly [name: string, who: Who, path: string])[] = [
  ['employer, all', DESKS.employer, '/api/applications?'],
  ['department, what waits', DESKS.department, '/api/applications?state=DEPT_REVIEW&'],
  ['bureau, uploaded', DESKS.handler, '/api/applications?state=UPLOADED&sort=changedAt&'],
  ['bureau, all', DESKS.handler, '/api/applications?'],
];

async function deskOf(world: World, url: string, { code, capacity, duty }: Who): Promise<Client> {
  const person = await aStaff(world, { organisationCode: code, capacity, duty });
  return client(url, await signInStaff(url, person, world.clock()));
}

/** Times in milliseconds, rising: page after page by the cursor. */
async function timesOf(desk: Client, path: string): Promise<readonly number[]> {
  const times: number[] = [];
  let after = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const since = performance.now();
    const { body, status } = await desk.get(`${path}limit=${PAGE}${after}`);
    times.push(performance.now() - since);
    const { next, items } = body as { next?: string | null; items?: readonly unknown[] };
    if (status !== 200 || items?.length !== PAGE)
      throw new Error(`bench: ${JSON.stringify(body).slice(0, 300)}`);
    after = next === undefined || next === null ? '' : `&after=${next}`;
  }
  return times.sort((a, b) => a - b);
}

function at(times: readonly number[], share: number): string {
  return (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(0);
}
