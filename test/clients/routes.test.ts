/** Clients are entered and ended by the bureau's administrators, seen by its auditors, and by nobody else (R35). */
import test from 'ava';
import { clientRoutes } from '../../src/clients/routes.ts';
import { isClientList, isClientView } from '../../src/shared/shapes/shapes.ts';
import { isoAt } from '../../src/shared/time.ts';
import { aHolder, anActor } from '../support/actor.ts';
import { served, type Served } from '../support/api.ts';
import { aBureau, idNumberOf, JULY_30 } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { anOrganisation, organisationCodeOf } from '../support/people.ts';
import type { ExecutionContext } from 'ava';
import { aKeyPair, type KeyPair } from './signing.ts';

const CODE = organisationCodeOf(900);
const ADMINISTRATOR = anActor('bureau', 'administrator');
const AUDITOR = anActor('bureau', 'auditor');

async function aService(t: ExecutionContext, database: TestDatabase): Promise<Served> {
  const world = await aBureau(t, database);
  await anOrganisation(world, { code: CODE, name: '测试注册中心', capacities: ['registration-body'] });
  await anOrganisation(world, { code: organisationCodeOf(901), name: '测试单位', capacities: ['employer'] });
  const service = await served(t, world, clientRoutes);
  service.by = ADMINISTRATOR;
  return service;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function post({ url }: Served, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function wanted(keys: KeyPair, changes: object = {}): object {
  return { organisationCode: CODE, name: '执业注册平台', key: keys.jwk, ...changes };
}

for (const database of databases()) {
  test(`an administrator enters a client, gives it another key and ends it; an auditor sees it (${database.name})`, async t => {
    const service = await aService(t, database);
    const [keys, others] = [aKeyPair(), aKeyPair('P-256')];

    const made = await post(service, '/api/clients', wanted(keys, { perMinute: 100 }));
    const id = String(made.body['id']);
    const renewed = await post(service, `/api/clients/${id}/key`, { key: others.jwk });
    const ended = await post(service, `/api/clients/${id}/end`);
    const again = await post(service, `/api/clients/${id}/end`);
    const late = await post(service, `/api/clients/${id}/key`, { key: keys.jwk });
    service.by = AUDITOR;
    const list = await service.get('/api/clients');

    const view = {
      organisation: '测试注册中心',
      name: '执业注册平台',
      perMinute: 100,
      perDay: 20_000,
      createdAt: isoAt(JULY_30),
    };
    t.is(made.status, 201, JSON.stringify(made.body));
    t.true(isClientView(made.body));
    t.like(made.body, { ...view, algorithm: 'ed25519', key: keys.jwk });
    t.like(renewed.body, { ...view, algorithm: 'ecdsa-p256-sha256', key: others.jwk });
    t.like(ended.body, { endedAt: isoAt(JULY_30) });
    t.deepEqual(again, ended);
    t.like(late, { status: 404, body: { code: 'CLIENT_UNKNOWN' } });
    t.true(isClientList(list.body));
    t.deepEqual(list.body, { clients: [ended.body], next: null });
  });

  test(`nobody else may, and an unknown client is unknown (${database.name})`, async t => {
    const service = await aService(t, database);
    const made = await post(service, '/api/clients', wanted(aKeyPair()));
    const id = String(made.body['id']);
    const unknown = await post(service, `/api/clients/${'f'.repeat(32)}/end`);
    const others = [
      AUDITOR,
      anActor('bureau', 'handler'),
      anActor('bureau', 'approver'),
      anActor('registration-body', 'clerk'),
      aHolder(idNumberOf(1)),
    ];
    const statuses: number[] = [];
    for (const by of others) {
      service.by = by;
      statuses.push((await post(service, '/api/clients', wanted(aKeyPair()))).status);
      statuses.push((await post(service, `/api/clients/${id}/key`, { key: aKeyPair().jwk })).status);
      statuses.push((await post(service, `/api/clients/${id}/end`)).status);
      if (by !== AUDITOR) statuses.push((await service.get('/api/clients')).status);
    }

    t.like(unknown, { status: 404, body: { code: 'CLIENT_UNKNOWN' } });
    t.deepEqual(statuses, Array(others.length * 4 - 1).fill(403));
  });

  test(`only a registration body's own sound public key is taken, for one client (${database.name})`, async t => {
    const service = await aService(t, database);
    const keys = aKeyPair();
    const codeOf = async (changes: object): Promise<unknown> =>
      (await post(service, '/api/clients', wanted(aKeyPair(), changes))).body['code'];
    await post(service, '/api/clients', wanted(keys));
    const zero = Buffer.alloc(32).toString('base64url');
    const one = Buffer.from([1, ...Buffer.alloc(31)]).toString('base64url');

    t.is(await codeOf({ organisationCode: organisationCodeOf(901) }), 'ORGANISATION_UNKNOWN');
    t.is(await codeOf({ organisationCode: organisationCodeOf(902) }), 'ORGANISATION_UNKNOWN');
    t.is(await codeOf({ key: keys.jwk }), 'REGISTER_CONFLICT');
    t.is(await codeOf({ key: aKeyPair().privateKey.export({ format: 'jwk' }) }), 'BODY_INVALID');
    t.is(await codeOf({ key: { kty: 'OKP', crv: 'Ed25519', x: zero } }), 'CONTENT_INVALID');
    t.is(await codeOf({ key: { kty: 'OKP', crv: 'Ed25519', x: one } }), 'CONTENT_INVALID');
    t.is(await codeOf({ key: { kty: 'EC', crv: 'P-256', x: one, y: one } }), 'CONTENT_INVALID');
    t.is(await codeOf({ key: { kty: 'EC', crv: 'P-384', x: one, y: one } }), 'BODY_INVALID');
    t.is(await codeOf({ key: { kty: 'oct', k: 'secret' } }), 'BODY_INVALID');
    t.is(await codeOf({ name: ' ' }), 'CONTENT_INVALID');
    t.is(await codeOf({ perMinute: 99 }), 'BODY_INVALID');
    t.is(await codeOf({ endedAt: null }), 'BODY_INVALID');
  });
}
