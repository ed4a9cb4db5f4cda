/** The published lists that a checkpoint holds, as far as this bureau signed them: by the newer manifest of it and of this service. */
import { readRoot } from '../keys/keyring.ts';
import { findKey, importPublicJwk, readManifest, type KeyManifest } from '../keys/manifest.ts';
import { readStatusList, type StatusList } from '../revocation/status-list.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import type { RegisterMarks } from './checkpoint.ts';

type Mark = RegisterMarks['lists'][number];

export interface GenuineLists {
  readonly genuine: readonly { readonly mark: Mark; readonly list: StatusList }[];
  /** Marks whose signature does not hold, or that name another list than was signed. */
  readonly others: readonly Mark[];
}

/** @throws DomainError KEYS_MISSING, MANIFEST_INVALID when nothing can be verified at all */
export async function genuineLists(world: World, register: RegisterMarks): Promise<GenuineLists> {
  const manifest = await newestManifest(world, register.manifest);
  const keyOf = async (number: number): ReturnType<typeof importPublicJwk> => {
    const key = findKey(manifest, number);
    if (!key) throw new RangeError(`keyOf: no key ${number} in the manifest`);
    return importPublicJwk(key.jwk);
  };
  const trust = { issuer: world.issuer, manifest, keyOf };
  const genuine: { mark: Mark; list: StatusList }[] = [];
  const others: Mark[] = [];
  for (const mark of register.lists) {
    const list = await readStatusList(mark.jwt, trust);
    const { purpose, version } = mark;
    if (list?.list === mark.list && list.purpose === purpose && list.version === version)
      genuine.push({ mark, list });
    else others.push(mark);
  }
  return { genuine, others };
}

/** Lists may be signed by a key that the restored manifest does not know yet. */
async function newestManifest(world: World, mark: RegisterMarks['manifest']): Promise<KeyManifest> {
  const root = readRoot(world.config);
  const marked = mark && (await readManifest(mark.jws, root, world.issuer.did));
  try {
    const { manifest: own } = await world.keys.manifest();
    return marked && marked.version > own.version ? marked : own;
  } catch (error) {
    if (error instanceof DomainError && marked) return marked; // its own went back, or is gone
    throw error;
  }
}
