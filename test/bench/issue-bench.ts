/** The line of issue without images, on SQLite and MariaDB: certificates per second and each step's share. */
import { readRoster } from '../../src/applications/roster/read-roster.ts';
import { takeInRoster } from '../../src/applications/take-in-roster.ts';
import type { Step } from '../../src/issuance/issue-batch.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { anAct, JULY, someCells } from '../support/bureau.ts';
import { onEngines } from './engines.ts';

/** Rows of figures for `count` certificates on each engine that is there. */
export async function issueBench(count: number): Promise<readonly string[]> {
  return onEngines(async (engine, world) => {
    const cells = Array.from({ length: count }, (_, place) => someCells(place + 1));
    const read = await readRoster(new TextEncoder().encode(JSON.stringify(cells)), 'bench.json');
    await takeInRoster(world, anAct(), { read, month: JULY, displayable: () => true });
    const shares = new Map<Step, number>();
    const onStep = (step: Step, ms: number): void => void shares.set(step, (shares.get(step) ?? 0) + ms);
    const since = performance.now();
    await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [], onStep } });
    return report(engine, { count, ms: performance.now() - since, shares });
  });
}

function report(
  engine: string,
  run: { count: number; ms: number; shares: ReadonlyMap<Step, number> },
): readonly string[] {
  const { count, ms, shares } = run;
  const without = ms - (shares.get('second-opinion') ?? 0);
  const parts = [...shares].map(([step, spent]) => `${step} ${((spent * 100) / ms).toFixed(0)} %`);
  return [
    `${engine}: ${((count * 1000) / ms).toFixed(0)} certificates/s (≥ 80) · without did-jwt-vc's opinion ${((count * 1000) / without).toFixed(0)}/s (≥ 300)`,
    `  ${parts.join(' · ')}`,
  ];
}
