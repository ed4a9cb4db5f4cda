/** Clients of registration bodies are entered, given another key, and ended; by an administrator or at the machine (R35). */
import { demandAllowed } from '../accounts/demand.ts';
import { normaliseOrganisationCode } from '../accounts/organisation-code.ts';
import type { PersonalAct } from '../accounts/role.ts';
import { organisationsByCode } from '../accounts/store.ts';
import { record } from '../audit/record.ts';
import { inTransaction, isDuplicate } from '../db/tx.ts';
import type { Act } from '../shared/act.ts';
import { DomainError } from '../shared/errors.ts';
import type { ClientPublicKey } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { DEFAULT_PER_DAY, DEFAULT_PER_MINUTE, type ApiClient } from './client.ts';
import { demandPublicKey, thumbprintOf } from './public-key.ts';
import { findClient, insertClient, lockClient, saveEnd, saveKey } from './store.ts';

export interface WantedClient {
  readonly organisationCode: string;
  readonly name: string;
  readonly key: ClientPublicKey;
  readonly perMinute?: number | undefined;
  readonly perDay?: number | undefined;
  /** Made here unless given; when a client with this very id is there, it is the answer. */
  readonly id?: string;
}

/**
 * The client may ask from now on.
 * @throws DomainError ORGANISATION_UNKNOWN unless the organisation is a registration body, CONTENT_INVALID for a bad key or name,
 *   REGISTER_CONFLICT for a key that another client has or had at its end; Forbidden
 */
export async function addClient(
  world: World,
  act: Act | PersonalAct,
  wanted: WantedClient,
): Promise<ApiClient> {
  demandAllowed(act, 'client.manage');
  const key = demandPublicKey(wanted.key);
  const organisationId = await registrationBody(world, wanted.organisationCode);
  const name = wanted.name.trim();
  if (name === '') throw new DomainError('CONTENT_INVALID', '请填写接入系统的名称。', { pointer: '/name' });

  const { db } = world;
  const client: ApiClient = {
    id: wanted.id ?? world.ids(),
    organisationId,
    name,
    key,
    keySince: act.at,
    perMinute: wanted.perMinute ?? DEFAULT_PER_MINUTE,
    perDay: wanted.perDay ?? DEFAULT_PER_DAY,
    createdAt: act.at,
    createdBy: act.actor,
    endedAt: undefined,
  };
  return keyIsFree(async () =>
    inTransaction(db, async tx => {
      const made = await findClient(db, client.id, tx);
      if (made && thumbprintOf(made.key) === thumbprintOf(key)) return made;
      await insertClient(tx, db, client);
      const { perMinute, perDay } = client;
      const detail = { organisationId, key: thumbprintOf(key), perMinute, perDay };
      await record({ tx, db }, act, [{ action: 'client.added', subject: client.id, detail }]);
      return client;
    }),
  );
}

/** Only requests signed with the new key pass from now on. @throws DomainError CLIENT_UNKNOWN, CONTENT_INVALID, REGISTER_CONFLICT; Forbidden */
export async function replaceClientKey(
  world: World,
  act: Act | PersonalAct,
  wanted: { readonly id: string; readonly key: ClientPublicKey },
): Promise<ApiClient> {
  demandAllowed(act, 'client.manage');
  const key = demandPublicKey(wanted.key);

  const { db } = world;
  return keyIsFree(async () =>
    inTransaction(db, async tx => {
      const client = await lockClient(tx, db, wanted.id);
      if (!client || client.endedAt !== undefined) throw clientUnknown();
      const [before, after] = [thumbprintOf(client.key), thumbprintOf(key)];
      if (before === after) return client;
      await saveKey(tx, db, { id: client.id, key, at: act.at });
      const detail = { before, after };
      await record({ tx, db }, act, [{ action: 'client.key-replaced', subject: client.id, detail }]);
      return { ...client, key, keySince: act.at };
    }),
  );
}

/** Every request of it is refused from now on, for good; ending twice is ending once. @throws DomainError CLIENT_UNKNOWN; Forbidden */
export async function endClient(world: World, act: Act | PersonalAct, id: string): Promise<ApiClient> {
  demandAllowed(act, 'client.manage');

  const { db } = world;
  return inTransaction(db, async tx => {
    const client = await lockClient(tx, db, id);
    if (!client) throw clientUnknown();
    if (client.endedAt !== undefined) return client;
    await saveEnd(tx, db, { id, at: act.at });
    await record({ tx, db }, act, [{ action: 'client.ended', subject: id }]);
    return { ...client, endedAt: act.at };
  });
}

export function clientUnknown(): DomainError {
  return new DomainError('CLIENT_UNKNOWN', '没有这个接入方，或已停用，请核对接入编号。');
}

async function registrationBody({ db }: World, organisationCode: string): Promise<string> {
  const code = normaliseOrganisationCode(organisationCode);
  const organisation = (await organisationsByCode(db, [code])).get(code);
  if (organisation?.capacities.includes('registration-body')) return organisation.id;
  throw new DomainError(
    'ORGANISATION_UNKNOWN',
    '没有登记这个注册管理机构，请先登记单位及其 registration-body 身份。',
    { pointer: '/organisationCode' },
  );
}

async function keyIsFree<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw new DomainError('REGISTER_CONFLICT', '这把公钥已由另一接入方使用，请为每个接入方生成自己的密钥。', {
      pointer: '/key',
      cause: error,
    });
  }
}
