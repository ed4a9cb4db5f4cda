/** R15: a signer that is gone, slow or wrong stops the batch and nothing else; no number is lost, and the next run goes on where it stopped. */
import test, { type ExecutionContext } from 'ava';
import { certificatesFor } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { allBatches, countItems } from '../../src/issuance/store.ts';
import { ensureRoom } from '../../src/revocation/room.ts';
import { DomainError, type ErrorCode } from '../../src/shared/errors.ts';
import type { World } from '../../src/world.ts';
import { FAULTS, aFaultySigner, type Fault, type FaultySigner } from '../signer/faulty-hsm.ts';
import { aBureau, anAct, JULY, JULY_30, openWorld, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const options = { unprintable: () => [] };
const PEOPLE = 5;
const rows = Array.from({ length: PEOPLE }, (_, place) => someCells(place + 1));

/** What the bureau is told for each fault of its signer. */
const CODES: Readonly<Record<Fault, ErrorCode>> = {
  error: 'SIGNER_UNAVAILABLE',
  silent: 'SIGNER_UNAVAILABLE',
  flipped: 'SIGNER_WRONG',
  'other-key': 'SIGNER_WRONG',
};

interface Scene {
  readonly signer: FaultySigner;
  readonly world: World;
  /** The same bureau, that waits for no slow signer. */
  readonly hasty: World;
  readonly ids: readonly string[];
}

async function aScene(t: ExecutionContext, database: Parameters<typeof aBureau>[1]): Promise<Scene> {
  const signer = await aFaultySigner(t);
  const world = await aBureau(t, database, { signer: signer.env });
  const { config } = world;
  const at = config.signer && { ...config.signer, timeoutSeconds: 5 };
  const hasty = await openWorld(t, { ...config, signer: at });
  await ensureRoom(world, anAct(), PEOPLE); // what is signed from here on is the batch's
  return { signer, world, hasty, ids: await takeIn(world, rows) };
}

/** Everything issued by the next run: a certificate each, numbered from 1 without a gap, and nothing for fsck to complain of. */
async function demandWhole(t: ExecutionContext, { world, ids }: Scene): Promise<void> {
  const done = await releaseAll(world, anAct(JULY_30 + 60), { month: JULY, options });

  t.deepEqual([done.issued, done.stopped], [PEOPLE, 0]);
  const serials = (await certificatesFor(world.db, ids)).map(({ number }) => Number(number.slice(7, 13)));
  t.deepEqual(
    serials.sort((a, b) => a - b),
    rows.map((_, place) => place + 1),
  );
  t.deepEqual((await checkEverything(world)).faults, []);
}

async function itemsOf({ db }: World): Promise<Awaited<ReturnType<typeof countItems>>> {
  const [batch] = await allBatches(db);
  return countItems(db, batch?.id ?? '');
}

for (const database of databases()) {
  for (const fault of FAULTS) {
    test(`a signer with the fault "${fault}" from the start burns no number and loses no item, on ${database.name}`, async t => {
      const scene = await aScene(t, database);
      const { signer, world, hasty } = scene;
      signer.breakWith(fault);

      const error = await t.throwsAsync(
        releaseAll(fault === 'silent' ? hasty : world, anAct(), { month: JULY, options }),
        { instanceOf: DomainError },
      );

      t.is(error?.code, CODES[fault]);
      t.like(await itemsOf(world), { planned: PEOPLE, reserved: 0, issued: 0, stopped: 0 });
      signer.repair();
      await demandWhole(t, scene);
    });

    test(`a signer with the fault "${fault}" in the midst of a batch leaves promises that the next run keeps, on ${database.name}`, async t => {
      const scene = await aScene(t, database);
      const { signer, world, hasty } = scene;
      // the trial before the promises, and two certificates, are good
      signer.breakWith(fault, 1 + 2);

      const error = await t.throwsAsync(
        releaseAll(fault === 'silent' ? hasty : world, anAct(), { month: JULY, options }),
        { instanceOf: DomainError },
      );

      t.is(error?.code, CODES[fault]);
      t.like(await itemsOf(world), { planned: 0, reserved: PEOPLE, issued: 0, stopped: 0 });
      signer.repair();
      await demandWhole(t, scene);
    });
  }
}
