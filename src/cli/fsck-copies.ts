/** Every use copy of the database: its code gives the signed text back, and the text says what is on record. Part of `zhicheng fsck`. */
import { useCopiesAfter } from '../copies/store.ts';
import type { UseCopy } from '../copies/use-copy.ts';
import { currentTrust } from '../verification/current-trust.ts';
import type { Trust } from '../verification/trust.ts';
import { verify } from '../verification/verify.ts';
import type { World } from '../world.ts';

const PAGE = 500;

/** The faults found and how many copies there are. Faults name numbers, never people or what a copy was made for. */
export async function checkUseCopies(world: World): Promise<{ faults: readonly string[]; count: number }> {
  const faults: string[] = [];
  let count = 0;
  let trust: Trust | undefined;
  for (let after = ''; ;) {
    const page = await useCopiesAfter(world, after, PAGE);
    if (page.length === 0) return { faults, count };
    trust ??= await currentTrust(world, world.clock());
    for (const useCopy of page) faults.push(...(await copyFaults(useCopy, trust)));
    count += page.length;
    after = page.at(-1)?.id ?? '';
  }
}

/** Judged at the second it was made: that it has ended since is no fault. */
async function copyFaults(useCopy: UseCopy, trust: Trust): Promise<readonly string[]> {
  const name = `${useCopy.number}-${useCopy.version} 加注副本第 ${useCopy.copy} 份`;
  const { jwt, certificate, use, verdict } = await verify(useCopy.qrText, trust, useCopy.madeAt);
  if (jwt !== useCopy.jwt) return [`I6 ${name} 的二维码与签名原文不符`];
  if (!certificate || !use || verdict === 'invalid' || verdict === 'not-ours')
    return [`I7 ${name} 查验为 ${verdict}`];
  const isSame =
    certificate.number === useCopy.number &&
    certificate.version === useCopy.version &&
    use.copy === useCopy.copy &&
    use.validThrough === useCopy.validThrough &&
    use.purpose === useCopy.use.purpose &&
    use.recipient === useCopy.use.recipient;
  return isSame ? [] : [`I6 ${name} 的签名内容与登记不符`];
}
