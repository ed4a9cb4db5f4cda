/** A bureau with so many certificates of July, and what verifiers are told of them. */
import type { ExecutionContext } from 'ava';
import { certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import type { Instant } from '../../src/shared/time.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { verify } from '../../src/verification/verify.ts';
import type { World } from '../../src/world.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';

export interface Register {
  readonly world: World;
  readonly certificates: readonly Certificate[];
  /** The clock that `world` reads. */
  readonly now: () => Instant;
  readonly pass: (seconds: number) => void;
}

export async function aRegister(t: ExecutionContext, database: TestDatabase, count = 1): Promise<Register> {
  let now = JULY_30;
  const world = await aBureau(t, database, { clock: () => now });
  const rows = Array.from({ length: count }, (_, place) => someCells(place + 1));
  const ids = await takeIn(world, rows);
  await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  const certificates = await certificatesFor(world.db, ids);
  return { world, certificates, now: () => now, pass: seconds => void (now += seconds) };
}

/** The certificate of that place; a test that asks for more than there are is wrong. */
export function one({ certificates }: Pick<Register, 'certificates'>, place = 0): Certificate {
  const certificate = certificates[place];
  if (!certificate) throw new RangeError(`no certificate ${place}`);
  return certificate;
}

export async function revoke(world: World, { number }: { number: string }, at: Instant): Promise<void> {
  const document = '津人社撤字〔2021〕1号（测试）';
  await changeState(world, anAct(at), { number, change: 'REVOKE', reason: 'EXAM_INVALID', document });
}

/** What a verifier says who has the lists as they are published now. */
export async function verdictNow(
  world: World,
  { qrText }: { qrText: string },
  at: Instant = world.clock(),
): Promise<string> {
  return (await verify(qrText, await currentTrust(world, at), at)).verdict;
}
