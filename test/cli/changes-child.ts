/**
 * `zhicheng changes run` a row at a time, until it comes to the named point of carrying out for the second time: it says so and waits there
 * to be killed. Words: point, file, and the options of the command.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { readRoster } from '../../src/applications/roster/read-roster.ts';
import { CHANGE_SHEET } from '../../src/changes/sheets/columns.ts';
import { runSheet } from '../../src/changes/sheets/run-sheet.ts';
import { wholeSheet } from '../../src/changes/sheets/whole-sheet.ts';
import { operatorAct } from '../../src/cli/command.ts';
import { readConfig } from '../../src/config.ts';
import { makeWorld } from '../../src/world.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { change: { type: 'string' }, reason: { type: 'string' }, document: { type: 'string' } },
});
const [point = '', file = ''] = positionals;
const world = await makeWorld(readConfig(process.env), { log: pino({ level: 'silent' }) });
const fileName = basename(file);
const read = await readRoster(await readFile(file), fileName, CHANGE_SHEET);
let passed = 0;

await runSheet(world, operatorAct(world), {
  read,
  whole: wholeSheet(values),
  fileName,
  options: {
    chunk: 1,
    failpoint: async name => {
      if (name !== point) return;
      passed += 1;
      if (passed < 2) return;
      process.stderr.write('here\n');
      await new Promise(() => setInterval(() => undefined, 60_000));
    },
  },
});
