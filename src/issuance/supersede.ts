/**
 * How a new version ends the one before it, in the same transaction in which it begins (更正/换发 is one act; domain §5.2): the reason on
 * record, and a suspension that goes on. What ended otherwise meanwhile has no next version.
 */
import { claimsOf, type Application } from '../applications/application.ts';
import { credentialFor } from '../certificate/credential.ts';
import { lockNewest, versionsOf, type Certificate } from '../certificate/store.ts';
import type { Tx } from '../db/connect.ts';
import { keyRevokedAt, type KeyManifest } from '../keys/manifest.ts';
import { standingOf, type ReasonCode, type Standing } from '../revocation/state.ts';
import { addChange, changesOf } from '../revocation/store.ts';
import type { Act } from '../shared/act.ts';
import type { PlainDate } from '../shared/time.ts';
import type { World } from '../world.ts';

export interface Corrected {
  readonly number: string;
  readonly version: number;
  readonly list: number;
  readonly index: number;
  readonly keyId: string;
  readonly applicationId: string;
  readonly collectFrom: PlainDate;
  readonly name: string;
  /** The application says word for word what this version says. */
  readonly isSame: boolean;
}

/** The version that this application is to replace. */
export async function correctedOf(
  world: Pick<World, 'db' | 'issuer'>,
  application: Application,
  corrects: { readonly number: string; readonly version: number },
): Promise<Corrected> {
  const old = (await versionsOf(world.db, corrects.number)).find(
    ({ version }) => version === corrects.version,
  );
  if (!old) throw new RangeError(`correction of ${corrects.number}-${corrects.version}: no such certificate`);
  const { number, version, list, index, keyId, applicationId, collectFrom } = old;
  const [, part = ''] = old.jwt.split('.');
  const payload = Buffer.from(part, 'base64url').toString();
  const { name } = (JSON.parse(payload) as { vc: { credentialSubject: { name: string } } }).vc
    .credentialSubject; // we signed it
  const isSame = payload === JSON.stringify(payloadAs(world, application, old));
  return { number, version, list, index, keyId, applicationId, collectFrom, name, isSame };
}

/** What that version would say if it were signed for this application. */
function payloadAs({ issuer }: Pick<World, 'issuer'>, application: Application, old: Certificate): object {
  const { number, version, list, index, issuedAt } = old;
  return credentialFor({ claims: claimsOf(application, number), version, list, index, issuedAt }, issuer);
}

/** True when nothing but the key is corrected: the same words, and nobody believes the key of the old version any more. */
export function isReissue(manifest: KeyManifest, corrected: Corrected | undefined): boolean {
  return corrected?.isSame === true && keyRevokedAt(manifest, corrected.keyId) !== undefined;
}

/** How the old version stands, locked; undefined when it has ended, or is the newest no more: then it has no next version. */
export async function standingForNext(
  { tx, world }: { tx: Tx; world: Pick<World, 'db'> },
  act: Act,
  old: { readonly number: string; readonly version: number },
): Promise<Standing | undefined> {
  const newest = await lockNewest(tx, world.db, old.number);
  if (newest?.version !== old.version) return undefined;
  const standing = standingOf(await changesOf(world.db, old, tx), act.at);
  return standing.state === 'VALID' || standing.state === 'SUSPENDED' ? standing : undefined;
}

export interface Succession {
  readonly old: Corrected;
  readonly next: Pick<Certificate, 'number' | 'version' | 'list' | 'index'>;
  readonly standing: Standing;
  readonly reason: ReasonCode;
}

/** The old version is superseded; a suspension under way goes on with the next one, to the same end, and extended no more than once. */
export async function supersede(
  { tx, world }: { tx: Tx; world: Pick<World, 'db'> },
  act: Act,
  { old, next, standing, reason }: Succession,
): Promise<void> {
  const { number, version, list, index } = old;
  const none = { document: undefined, until: undefined, invalidFrom: undefined };
  const own = { ...none, at: act.at, actor: act.actor };
  await addChange(tx, world.db, { ...own, number, version, list, index, change: 'SUPERSEDE', reason });
  const { state, change: suspension, extension, until } = standing;
  if (state !== 'SUSPENDED' || !suspension) return;
  const onNext = { number: next.number, version: next.version, list: next.list, index: next.index, until };
  for (const change of extension ? [suspension, extension] : [suspension]) {
    const { change: kind, reason: because, document } = change;
    await addChange(tx, world.db, { ...own, ...onNext, change: kind, reason: because, document });
  }
}
