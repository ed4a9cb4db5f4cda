/**
 * fsck of the status lists: every place one certificate's for ever, every version signed and as it was kept, versions without a gap, no
 * end ever taken back, and the newest equal to the changes (I3, I8).
 */
import { createHash } from 'node:crypto';
import type { Certificate } from '../certificate/store.ts';
import type { Db } from '../db/connect.ts';
import { placesFor } from '../revocation/publish.ts';
import type { StatusChange } from '../revocation/state.ts';
import {
  bitsOf,
  decodeBits,
  LIST_ENTRIES,
  PURPOSES,
  readStatusList,
  type Purpose,
} from '../revocation/status-list.ts';
import {
  allLists,
  changesOnList,
  lastClosedList,
  placesOfNumbers,
  placesOn,
  versionsAfter,
  type PublishedList,
} from '../revocation/store.ts';
import { isStatusListPayload } from '../shared/shapes/shapes.ts';
import { parseJwsPart } from '../shared/strict-json.ts';
import { currentTrust } from '../verification/current-trust.ts';
import type { Trust } from '../verification/trust.ts';
import type { World } from '../world.ts';

/** A version has up to 30 KB. */
const PAGE = 100;

/** @returns how many lists are published */
export async function checkLists(world: World, faults: string[]): Promise<number> {
  let count = 0;
  let trust: Trust | undefined;
  for (const { list, taken } of await allLists(world.db)) {
    const changes = await changesOnList(world.db, list);
    faults.push(...(await listPlaceFaults(world.db, { list, taken, changes })));
    for (const purpose of PURPOSES) {
      const [first] = await versionsAfter(world.db, { list, purpose, after: 0, limit: 1 });
      if (!first) continue;
      trust ??= await currentTrust(world, world.clock());
      faults.push(...(await historyFaults(world.db, { list, purpose, changes, trust })));
      count += 1;
    }
  }
  return count;
}

/** Every certificate stands at the place that was kept for it. */
export async function placeFaults(db: Db, certificates: readonly Certificate[]): Promise<readonly string[]> {
  const places = await placesOfNumbers(
    db,
    certificates.map(({ number }) => number),
  );
  const kept = new Map(places.map(place => [`${place.number}-${place.version}`, place]));
  return certificates.flatMap(({ number, version, list, index }) => {
    const place = kept.get(`${number}-${version}`);
    const stands = place?.list === list && place.index === index;
    return stands ? [] : [`I3 ${number}-${version} 的位置（列表 ${list} 第 ${index} 位）没有登记`];
  });
}

async function listPlaceFaults(
  db: Db,
  { list, taken, changes }: { list: number; taken: number; changes: readonly StatusChange[] },
): Promise<readonly string[]> {
  const places = await placesOn(db, list);
  const faults: string[] = [];
  if (places.length !== taken) faults.push(`I3 列表 ${list} 已用 ${taken} 位，登记 ${places.length} 位`);
  const owners = new Map<number, string>();
  for (const { index, number, version } of places) {
    if (owners.has(index)) faults.push(`I3 列表 ${list} 第 ${index} 位给了两张证书`);
    if (index < 0 || index >= LIST_ENTRIES) faults.push(`I3 列表 ${list} 没有第 ${index} 位`);
    owners.set(index, `${number}-${version}`);
  }
  // of a certificate lost with a restored backup only the place is known
  for (const { index, number, version } of changes.filter(each => each.number !== ''))
    if (owners.get(index) !== `${number}-${version}`)
      faults.push(`I3 ${number}-${version} 的变更记在列表 ${list} 第 ${index} 位，不是它的位置`);
  return faults;
}

interface Kept extends Pick<PublishedList, 'version' | 'publishedAt'> {
  readonly bits: Uint8Array | undefined;
}

async function historyFaults(
  db: Db,
  wanted: { list: number; purpose: Purpose; changes: readonly StatusChange[]; trust: Trust },
): Promise<readonly string[]> {
  const { list, purpose, changes, trust } = wanted;
  const faults: string[] = [];
  let before: Kept = { version: 0, publishedAt: 0, bits: bitsOf([]) };
  // versions that a restored backup lost are missing on the lists that its reconciliation closed, and nowhere else
  const mayLeap = list <= (await lastClosedList(db));
  for (;;) {
    const page = await versionsAfter(db, { list, purpose, after: before.version, limit: PAGE });
    for (const published of page) {
      const name = `${purpose}-${list} 第 ${published.version} 版`;
      const bits = await soundBits(published, trust);
      const found = stepFaults(before, { ...published, bits }, { purpose, mayLeap });
      if (!bits) found.push('的签名或内容不成立');
      faults.push(...found.map(fault => `I8 状态列表 ${name} ${fault}`));
      before = { version: published.version, publishedAt: published.publishedAt, bits };
    }
    if (page.length < PAGE) break;
  }
  // a change made since then is the publisher's next version, not a fault; so only the changes up to that instant count
  const expected = Buffer.from(bitsOf(placesFor(purpose, changes, before.publishedAt)));
  if (before.bits && !expected.equals(Buffer.from(before.bits)))
    faults.push(
      `I8 状态列表 ${purpose}-${list} 第 ${before.version} 版与变更记录不符，请运行 zhicheng publish`,
    );
  return faults;
}

/** What is wrong between one version and the next. */
function stepFaults(
  before: Kept,
  { version, publishedAt, bits }: Kept,
  { purpose, mayLeap }: { purpose: Purpose; mayLeap: boolean },
): string[] {
  const faults: string[] = [];
  if (mayLeap ? version <= before.version : version !== before.version + 1)
    faults.push(`之前缺第 ${before.version + 1} 版`);
  if (publishedAt < before.publishedAt) faults.push('早于它前一版签发');
  if (purpose === 'suspension' || !bits || !before.bits) return faults;
  const place = before.bits.findIndex((byte, at) => (byte & ~(bits[at] ?? 0)) !== 0);
  if (place >= 0) faults.push(`在第 ${place * 8} 位起的字节里撤回了已公布的撤销或换发`);
  return faults;
}

/** The bits of a version that is signed, itself, and as it was kept. A list by a key that was revoked since is taken as it stands. */
async function soundBits(published: PublishedList, trust: Trust): Promise<Uint8Array | undefined> {
  const { jwt, list, purpose, version, contentHash } = published;
  const payload = parseJwsPart(jwt.split('.')[1] ?? '');
  if (!isStatusListPayload(payload)) return undefined;
  const isByRevoked = trust.manifest.keys.some(
    key => key.use === 'status-lists' && key.revokedAt !== undefined,
  );
  const read = await readStatusList(jwt, trust);
  const isItself = read
    ? read.list === list && read.purpose === purpose && read.version === version
    : isByRevoked;
  const bits = decodeBits(payload.credentialSubject.encodedList);
  const isKept = bits && createHash('sha256').update(bits).digest('hex') === contentHash;
  return isItself && isKept ? bits : undefined;
}
