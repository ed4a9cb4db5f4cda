/**
 * A key came into wrong hands: after the ceremony that revoked it, this puts it on record, signs the lists anew that it had signed and tells
 * how much it concerns (reliability T17). Every verifier learns of it by the manifest; what a certificate says of its holder stays true.
 */
import { record } from '../../audit/record.ts';
import { inTransaction } from '../../db/tx.ts';
import { findKey, keyId } from '../../keys/manifest.ts';
import { addKeyEvent } from '../../keys/store.ts';
import { publish } from '../../revocation/publish.ts';
import type { Act } from '../../shared/act.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import { countAffected, type Affected } from './affected.ts';

export interface Compromise {
  readonly number: number;
  /** 文号 of the decision; a test system may have none. */
  readonly document: string | undefined;
}

/**
 * The compromise is on record, once, and every list is signed by a key that is believed.
 * @returns what the key signed
 * @throws DomainError KEY_UNKNOWN, KEY_NEEDED while the manifest still believes the key, DOCUMENT_MISSING
 */
export async function recordCompromise(world: World, act: Act, wanted: Compromise): Promise<Affected> {
  const { manifest } = await world.keys.manifest();
  const key = findKey(manifest, wanted.number);
  const name = keyId(wanted.number);
  if (!key) throw new DomainError('KEY_UNKNOWN', `清单里没有 ${name}；用 zhicheng keys list 查看。`);
  if (key.revokedAt === undefined)
    throw new DomainError('KEY_NEEDED', `${name} 还没有作废，请先由根密钥保管人作废。`);
  demandDocument(world.config, wanted.document);
  const affected = await countAffected(world, name, act.at);
  await inTransaction(world.db, async tx => {
    const { document } = wanted;
    const event = { keyId: name, kind: 'compromised', at: act.at, reason: undefined, document } as const;
    if (!(await addKeyEvent(tx, world.db, { ...event, actor: act.actor }))) return;
    const detail = { use: key.use, document: document ?? null, ...affected, manifest: manifest.version };
    await record({ tx, db: world.db }, act, [{ action: 'key.compromised', subject: name, detail }]);
  });
  await publish(world, act);
  return affected;
}

/** @throws DomainError DOCUMENT_MISSING for a text that is no 文号, and in production without one: holders and bodies ask who decided */
export function demandDocument(
  { production }: Pick<World['config'], 'production'>,
  document: string | undefined,
): void {
  if (document === undefined && production)
    throw new DomainError(
      'DOCUMENT_MISSING',
      '密钥作废和换发须有决定文书，请加上 --document 文号，如 --document 津人社密〔2026〕1号，再运行一次。',
    );
  if (document === undefined) return;
  const isFit = document.trim() !== '' && [...document].length <= 100 && !/[\p{Cc}\p{Cf}]/u.test(document);
  if (!isFit)
    throw new DomainError('DOCUMENT_MISSING', '文号不能为空、不能超过 100 个字，也不能含有控制字符。');
}
