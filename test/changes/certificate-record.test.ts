/** The record of a certificate: what the bureau sees before it proposes or confirms a change, and who may see it (domain §5.2, §5.3). */
import test from 'ava';
import { looksAt } from '../../src/audit/store.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { changeRoutes } from '../../src/changes/routes.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import {
  isCertificateRecord,
  isChangeView,
  type CertificateRecord,
  type ChangeView,
} from '../../src/shared/shapes/shapes.ts';
import { isoAt } from '../../src/shared/time.ts';
import { anActor } from '../support/actor.ts';
import { served } from '../support/api.ts';
import { aBureau, anAct, idNumberOf, JULY, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { compromised } from '../support/leaked.ts';
import { aStaff } from '../support/people.ts';

const BUREAU = {
  name: '天津市人力资源和社会保障局（测试）',
  code: '11120199TEXT00017Y',
  capacities: ['bureau'],
} as const;

for (const database of databases()) {
  test(`the record tells every version, change and proposal by the names of those who made them, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const ids = await takeIn(world, [someCells()]);
    await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
    const number = (await certificatesFor(world.db, ids))[0]?.number ?? '';
    const of = async (duty: 'handler' | 'approver' | 'administrator') =>
      aStaff(world, { organisation: BUREAU, capacity: 'bureau', duty });
    const [handler, approver, administrator] = [
      await of('handler'),
      await of('approver'),
      await of('administrator'),
    ];
    const server = await served(t, world, changeRoutes);
    const send = async (path: string, body: unknown): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    };
    const record = async (): Promise<CertificateRecord> => {
      const { body } = await server.get(`/api/certificates/${number}/record`);
      if (!isCertificateRecord(body)) throw new RangeError(JSON.stringify(body));
      return body;
    };

    server.by = handler.actor;
    t.deepEqual(
      (await record()).may.map(({ kind }) => kind),
      ['SUSPEND', 'CORRECT', 'REVOKE', 'CANCEL'],
    );
    const proposed = await send(`/api/certificates/${number}/changes`, {
      kind: 'SUSPEND',
      reason: 'UNDER_INVESTIGATION',
    });
    t.true(isChangeView(proposed), JSON.stringify(proposed));
    t.is((await record()).proposals[0]?.proposedByName, '测试员');
    server.by = approver.actor;
    const { id, digest } = proposed as ChangeView;
    await send(`/api/changes/${id}/decision`, { decision: 'confirm', digest });
    const after = await record();

    t.like(after, {
      number,
      state: 'SUSPENDED',
      stateName: '核查中，暂停使用',
      suspendedThrough: '2021-09-28',
    });
    t.like(after.versions[0]?.changes[0], { change: 'SUSPEND', reasonName: '举报核查', byName: '测试员' });
    t.deepEqual(
      after.may.map(({ kind, needsDocument }) => [kind, needsDocument]),
      [
        ['EXTEND', false],
        ['RESUME', false],
        ['REVOKE', true],
      ],
    );
    t.false(JSON.stringify(after).includes(idNumberOf(1)));
    const looks = await looksAt(world.db, {
      subjects: ids,
      endings: ['viewed'],
      notBy: 'nobody',
      before: undefined,
      limit: 10,
    });
    t.is(looks.filter(({ action }) => action === 'certificate-record.viewed').length, 3);
    t.is((await server.get('/api/certificates/B1220219999998/record')).code, 'CERTIFICATE_UNKNOWN');
    server.by = administrator.actor;
    t.is((await server.get(`/api/certificates/${number}/record`)).code, 'FORBIDDEN');
  });

  test(`a version whose key is revoked is not called valid, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const ids = await takeIn(world, [someCells()]);
    await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
    const number = (await certificatesFor(world.db, ids))[0]?.number ?? '';
    const server = await served(t, world, changeRoutes);
    server.by = anActor('bureau', 'handler');
    await compromised(world);

    const { body } = await server.get(`/api/certificates/${number}/record`);

    if (!isCertificateRecord(body)) throw new RangeError(JSON.stringify(body));
    const refused = {
      state: 'VALID',
      stateName: '签名密钥已作废，等待换发',
      keyRevokedAt: isoAt(world.clock()),
    } as const;
    t.like(body, refused);
    t.like(body.versions[0], refused);
  });
}
