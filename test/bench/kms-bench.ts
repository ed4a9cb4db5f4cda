/** Signatures per second by a key in a sealed file and by one in an HSM behind the signer, side by side; each as the line of issue takes them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { addKey, makeRoot } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import { keyService } from '../../src/keys/key-service.ts';
import type { Signer } from '../../src/keys/keyring.ts';
import { startOf } from '../../src/shared/time.ts';
import { hasSoftHsm, softHsmSigner } from '../signer/softhsm.ts';
import { bureauEnv, JULY_30 } from '../support/bureau.ts';

/** About what a credential's header and payload are. */
const INPUT = 'x'.repeat(1200);

/** Rows of figures from `count` signatures of each kind. */
export async function kmsBench(count: number): Promise<readonly string[]> {
  if (!hasSoftHsm('measured'))
    return ['*** keys in an HSM were NOT measured: apt-get install softhsm2 opensc ***'];
  const folder = mkdtempSync(join(tmpdir(), 'zhicheng-bench-'));
  const hsm = await softHsmSigner(folder);
  try {
    const config = readConfig({ ...bureauEnv(folder, `sqlite:${join(folder, 'none.sqlite')}`), ...hsm.env });
    const { keyPassphrase, rootPassphrase, origin, signer } = config;
    const ceremony = {
      folders: config,
      did: didOf(origin),
      at: JULY_30,
      keyPassphrase,
      rootPassphrase,
      signer,
    };
    await makeRoot(ceremony, true);
    const plan = { use: 'files', notBefore: startOf('2020-05-01'), notAfter: startOf('2030-01-01') } as const;
    const inFile = await addKey(ceremony, plan);
    const inKms = await addKey(ceremony, { ...plan, inKms: true });
    const keys = keyService(config, ceremony.did);
    const file = await perSecond(await keys.signer(inFile.number), { count, atOnce: 1 });
    const one = await perSecond(await keys.signer(inKms.number), { count, atOnce: 1 });
    const many = await perSecond(await keys.signer(inKms.number), { count, atOnce: 8 });
    return [
      `sealed file: ${file.toFixed(0)} signatures/s, each checked under the manifest`,
      `SoftHSM2 by HTTP: ${one.toFixed(0)} signatures/s one after the other (≥ 80, as the line of issue), ${many.toFixed(0)}/s eight at once`,
    ];
  } finally {
    await hsm.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function perSecond(
  signer: Signer,
  { count, atOnce }: { count: number; atOnce: number },
): Promise<number> {
  for (let warm = 0; warm < 50; warm += 1) await signer.sign(INPUT);
  const since = performance.now();
  const line = async (): Promise<void> => {
    for (let done = 0; done < count / atOnce; done += 1) await signer.sign(INPUT);
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  return (count * 1000) / (performance.now() - since);
}
