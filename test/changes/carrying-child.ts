/** A process that carries out what is confirmed until the named point, says so, and waits there to be killed. Words: point, clock. */
import { pino } from 'pino';
import { carrySheets } from '../../src/changes/sheets/carry-sheets.ts';
import { readConfig } from '../../src/config.ts';
import { makeWorld, newAct } from '../../src/world.ts';

const [, , point, clock] = process.argv;
const world = await makeWorld(readConfig(process.env), {
  clock: () => Number(clock),
  log: pino({ level: 'silent' }),
});
let passed = 0;

await carrySheets(world, newAct(world, 'test:child'), {
  chunk: 2,
  failpoint: async name => {
    if (name !== point) return;
    passed += 1;
    if (passed < 2) return;
    process.stdout.write('here\n');
    await new Promise(() => setInterval(() => undefined, 60_000));
  },
});
