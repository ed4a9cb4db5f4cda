/** Places on the status lists: room before it is needed, all or none, and no place twice whatever fails (reliability R16, I3, G17). */
import test from 'ava';
import { inTransaction } from '../../src/db/tx.ts';
import { viewTrustState } from '../../src/inspection/trust-state.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { certificatesFor, countCertificates } from '../../src/certificate/store.ts';
import { checkEverything } from '../../src/cli/fsck.ts';
import { takePlaces, type GivenPlaces } from '../../src/revocation/places.ts';
import { ensureRoom, tendLists } from '../../src/revocation/room.ts';
import { LIST_ENTRIES } from '../../src/revocation/status-list.ts';
import { allLists, countPlaces, LIST_ROOM, newestVersion } from '../../src/revocation/store.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import type { World } from '../../src/world.ts';
import { actOf, anActor } from '../support/actor.ts';
import { aBureau, anAct, JULY, JULY_30, openWorld, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const options = { unprintable: () => [] };

/** Owners of places, each of another number. */
function owners(count: number, from = 0): { number: string; version: number }[] {
  return Array.from({ length: count }, (_, place) => ({
    number: `A122021${String(from + place).padStart(6, '0')}`,
    version: 1,
  }));
}

async function take(world: World, wanted: ReturnType<typeof owners>): Promise<GivenPlaces> {
  return inTransaction(world.db, async tx => takePlaces(tx, world, wanted));
}

/** The list has given all its places but so many, to certificates of other years. */
async function fillUp(world: World, left: number): Promise<void> {
  const count = LIST_ENTRIES - left;
  for (let from = 0; from < count; from += 5000) {
    const rows = Array.from({ length: Math.min(5000, count - from) }, (_, place) => {
      const at = from + place;
      const [id, serial] = [String(at).padStart(32, '0'), String(at).padStart(12, '0')];
      return `('${id}', 1, ${at}, 'E${serial}', 1)`;
    });
    await world.db.sequelize.query(
      `INSERT INTO status_entries (id, list, list_index, number, version) VALUES ${rows.join(', ')}`,
    );
  }
  await setTaken(world, count);
}

async function setTaken(world: World, taken: number): Promise<void> {
  await world.db.sequelize.query(`UPDATE status_lists SET taken = ${taken} WHERE list = 1`);
}

async function fillingWarnings(world: World): Promise<readonly string[]> {
  const { warnings } = await viewTrustState(world, actOf(anActor('bureau', 'administrator'), anAct()));
  return warnings.filter(({ code }) => code === 'LIST_FILLING').map(({ detail }) => detail);
}

for (const database of databases()) {
  const on = `, on ${database.name}`;

  test(`with ten places left and fifty wanted all fifty stand on the next list, which was public before${on}`, async t => {
    const world = await aBureau(t, database);
    await ensureRoom(world, anAct(), 1);
    await fillUp(world, 10);
    const ids = await takeIn(
      world,
      Array.from({ length: 50 }, (_, place) => someCells(place + 1)),
    );

    await releaseAll(world, anAct(), { month: JULY, options });

    const certificates = await certificatesFor(world.db, ids);
    t.is(certificates.length, 50);
    t.deepEqual([...new Set(certificates.map(({ list }) => list))], [2]);
    t.is(new Set(certificates.map(({ index }) => index)).size, 50);
    t.deepEqual([...(await countPlaces(world.db)).values()], [LIST_ENTRIES - 10, 50]);
    t.is((await currentTrust(world, JULY_30)).lists.size, 6);
    t.deepEqual((await checkEverything(world)).faults, []);
  });

  test(`where no list has room for all, nobody gets a place, also not those who would still fit${on}`, async t => {
    const world = await aBureau(t, database);
    await ensureRoom(world, anAct(), 1);
    await setTaken(world, LIST_ROOM - 10);

    await t.throwsAsync(take(world, owners(50)), { code: 'STATUS_LIST_FULL' });

    t.deepEqual([...(await countPlaces(world.db)).values()], [0]);
    t.is((await allLists(world.db))[0]?.taken, LIST_ROOM - 10);
  });

  test(`at four fifths the next list stands ready, signed and public, and the console tells it until it is in use${on}`, async t => {
    const world = await aBureau(t, database);
    await ensureRoom(world, anAct(), 1);
    await setTaken(world, Math.ceil(LIST_ROOM * 0.8) - 1);
    await tendLists(world, anAct());
    t.is((await allLists(world.db)).length, 1);
    t.deepEqual(await fillingWarnings(world), []);

    await setTaken(world, Math.ceil(LIST_ROOM * 0.8));
    const before = await fillingWarnings(world);
    await Promise.all([tendLists(world, anAct()), tendLists(await openWorld(t, world.config), anAct())]);

    t.is(before.length, 3);
    t.true(before.every(detail => detail.includes('下一张还没有建立')));
    t.deepEqual(
      (await allLists(world.db)).map(({ list }) => list),
      [1, 2],
    );
    for (const purpose of ['revocation', 'suspension', 'refresh'] as const)
      t.is((await newestVersion(world.db, 2, purpose))?.version, 1);
    t.true((await fillingWarnings(world)).every(detail => detail.includes('已备妥')));
    t.is((await take(world, owners(5))).list, 1); // the first is used to its end
    await setTaken(world, LIST_ROOM - 4);
    t.is((await take(world, owners(5, 5))).list, 2);
    t.deepEqual(await fillingWarnings(world), []);
  });

  test(`a next list that cannot be signed is not opened, and what is there is published all the same${on}`, async t => {
    const world = await aBureau(t, database);
    await ensureRoom(world, anAct(), 1);
    await setTaken(world, LIST_ROOM);
    const other = await openWorld(t, { ...world.config, keyPassphrase: 'not the passphrase' });

    await t.throwsAsync(tendLists(other, anAct()), { code: 'PASSPHRASE_WRONG' });

    t.is((await allLists(world.db)).length, 1);
    t.true((await fillingWarnings(world)).every(detail => detail.includes('无法制证')));
    await tendLists(world, anAct());
    t.is((await allLists(world.db)).length, 2);
  });

  test(`five processes that take places at once never take one twice${on}`, async t => {
    const world = await aBureau(t, database);
    await ensureRoom(world, anAct(), 1);
    // a small world of places, so that they meet often
    const worlds = [world];
    for (let more = 1; more < 5; more += 1) worlds.push(await openWorld(t, world.config));
    const crowded = worlds.map(each => ({
      ...each,
      random: (below: number) => each.random(Math.min(below, 700)),
    }));

    const given = await Promise.all(
      crowded.map(async (each, process) => {
        const indexes: number[] = [];
        for (let round = 0; round < 6; round += 1)
          indexes.push(...(await take(each, owners(20, (process * 6 + round) * 20))).indexes);
        return indexes;
      }),
    );

    const all = given.flat();
    t.is(all.length, 600);
    t.is(new Set(all).size, 600);
    t.is((await allLists(world.db))[0]?.taken, 600);
    t.is((await countPlaces(world.db)).get(1), 600);
  });

  test(`places whose transaction fails are nobody’s, those of a batch that died are kept for it and never given again${on}`, async t => {
    const world = await aBureau(t, database);
    await ensureRoom(world, anAct(), 1);
    class Killed extends Error {}
    await t.throwsAsync(
      inTransaction(world.db, async tx => {
        await takePlaces(tx, world, owners(30));
        throw new Killed();
      }),
      { instanceOf: Killed },
    );
    t.is((await countPlaces(world.db)).get(1), 0);
    t.is((await allLists(world.db))[0]?.taken, 0);

    const ids = await takeIn(
      world,
      Array.from({ length: 5 }, (_, place) => someCells(place + 1)),
    );
    const failpoint = (): void => {
      throw new Killed();
    };
    await t.throwsAsync(releaseAll(world, anAct(), { month: JULY, options: { ...options, failpoint } }), {
      instanceOf: Killed,
    });
    const promised = await placesNow(world);
    await releaseAll(world, anAct(JULY_30 + 60), { month: JULY, options });

    const certificates = await certificatesFor(world.db, ids);
    t.is(await countCertificates(world.db), 5);
    t.deepEqual(certificates.map(({ index }) => index).sort(), promised);
    t.is((await allLists(world.db))[0]?.taken, 5);
  });
}

async function placesNow(world: World): Promise<readonly number[]> {
  const [rows] = await world.db.sequelize.query('SELECT list_index FROM status_entries');
  return (rows as { list_index: number }[]).map(row => row.list_index).sort();
}
