/** A publisher that is killed as by `kill -9` at the point and time given: a process of its own, for publish-killed.test.ts. */
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { publish } from '../../src/revocation/publish.ts';
import { makeWorld, newAct, type World } from '../../src/world.ts';

const [point = '', at = ''] = process.argv.slice(2);
const world = await makeWorld(readConfig(process.env), {
  clock: () => Number(at),
  log: pino({ level: 'silent' }),
});
await publish(killing(world), newAct(world, 'system:publisher'));

/** The world in which that step is the last. */
function killing(lasting: World): World {
  const { sequelize } = lasting.db;
  switch (point) {
    case 'signed': {
      const signer: World['keys']['signer'] = async number => {
        const own = await lasting.keys.signer(number);
        return {
          ...own,
          sign: async input => {
            await own.sign(input);
            return die();
          },
        };
      };
      return { ...lasting, keys: { ...lasting.keys, signer } };
    }
    case 'written':
      // the row is written, its transaction is open
      sequelize.addHook('afterCreate', row => {
        if (row.constructor.name === 'status_list_versions') die();
      });
      return lasting;
    case 'committed': {
      const original = sequelize.transaction.bind(sequelize) as (body: unknown) => Promise<unknown>;
      Object.assign(sequelize, {
        transaction: async (body: unknown) => {
          await original(body);
          die();
        },
      });
      return lasting;
    }
    default:
      throw new RangeError(`no such point: ${point}`);
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // the signal is at work before anything that follows
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
