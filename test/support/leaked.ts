/** A key in wrong hands, as `zhicheng keys compromise` deals with it: the ceremony with the root, then the record. */
import { recordCompromise } from '../../src/issuance/key-life/compromise.ts';
import { replaceKey } from '../../src/keys/ceremony.ts';
import { didOf } from '../../src/keys/did-document.ts';
import type { World } from '../../src/world.ts';
import { anAct } from './bureau.ts';

/** The first certificates key of a bureau (bureau.ts): those of lists, copies and files come before it. */
export const FIRST_MONTHS_KEY = 4;

/** That key is revoked from now on. */
export async function compromised(world: World, number = FIRST_MONTHS_KEY): Promise<void> {
  const { config } = world;
  const at = world.clock();
  await replaceKey({ folders: config, did: didOf(config.origin), at, ...config }, number, undefined);
  await recordCompromise(world, anAct(at), { number, document: '津人社密〔2021〕1号' });
}
