import test from 'ava';
import { countCertificates } from '../../src/certificate/store.ts';
import { startReleasing } from '../../src/issuance/release/release.ts';
import { issuanceRoutes } from '../../src/issuance/routes.ts';
import { reviewRoutes } from '../../src/review/routes.ts';
import {
  isBatchItemPage,
  isBatchList,
  isBatchRelease,
  isBatchView,
  isDecisionAnswer,
  isDecisionList,
  isDecisionResults,
  isIssuanceState,
} from '../../src/shared/shapes/shapes.ts';
import { aBureau, JULY } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { served, type Answer, type Served } from '../support/api.ts';
import {
  anApplication,
  APPROVER,
  aStaff,
  DEPARTMENT,
  EMPLOYER,
  HANDLER,
  ORGANISATION,
  put,
  uploaded,
} from '../review/a-case.ts';

async function post(server: Served, path: string, body: unknown): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { code?: unknown };
  return { status: response.status, body: answer, code: answer.code };
}

for (const database of databases()) {
  test(`an application goes from its employer to its certificate over HTTP, each answer in its shape, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    const server = await served(t, world, (each, api) => {
      reviewRoutes(each, api);
      issuanceRoutes(each, api);
    });
    const application = anApplication({ route: 4, level: 'B', qualification: '高级工程师' });
    await put(world, [application]);
    const { id } = application;
    const decisions = `/api/applications/${id}/decisions`;

    server.by = DEPARTMENT;
    t.is((await post(server, decisions, { version: 1, decision: 'approve' })).code, 'APPLICATION_STATE');
    server.by = EMPLOYER;
    t.is((await post(server, decisions, { version: 1, decision: 'return' })).code, 'REASON_MISSING');
    t.is(
      (await post(server, decisions, { version: 1, decision: 'approve', level: 'A' })).code,
      'BODY_INVALID',
    );
    t.is((await post(server, decisions, { version: 9, decision: 'approve' })).status, 409);
    const approved = await post(server, decisions, { version: 1, decision: 'approve' });
    t.true(isDecisionAnswer(approved.body));
    t.like(approved, {
      status: 200,
      body: { id, state: 'DEPT_REVIEW', stateName: '主管部门审核', version: 2 },
    });

    server.by = DEPARTMENT;
    const bulk = await post(server, '/api/decisions', { decision: 'approve', items: [{ id, version: 2 }] });
    t.true(isDecisionResults(bulk.body), JSON.stringify(bulk.body));
    const up = await post(server, '/api/uploads', {
      items: [
        { id, version: 3 },
        { id: 'f'.repeat(32), version: 1 },
      ],
    });
    t.true(isDecisionResults(up.body), JSON.stringify(up.body));
    t.like(up.body, {
      results: [
        { id, ok: true, state: 'UPLOADED' },
        { ok: false, code: 'NOT_FOUND' },
      ],
    });

    server.by = HANDLER;
    t.is((await post(server, decisions, { version: 4, decision: 'check' })).status, 200);
    const items = await server.get(`/api/batches/${JULY}/items?state=checked&limit=1`);
    t.true(isBatchItemPage(items.body), JSON.stringify(items.body));
    t.false(JSON.stringify(items.body).includes(application.idNumber));
    t.true(isBatchList((await server.get('/api/batches')).body));

    server.by = APPROVER;
    const view = await server.get(`/api/batches/${JULY}`);
    t.true(isBatchView(view.body), JSON.stringify(view.body));
    const { digest } = view.body as { digest: string };
    t.is(
      (await post(server, `/api/batches/${JULY}/approve`, { digest: 'f'.repeat(64) })).code,
      'BATCH_DIGEST_WRONG',
    );
    const released = await post(server, `/api/batches/${JULY}/approve`, { digest });
    t.true(isBatchRelease(released.body), JSON.stringify(released.body));
    await startReleasing(world);
    t.is(await countCertificates(world.db), 1);
    t.like((await server.get(`/api/batches/${JULY}`)).body, {
      release: { state: 'released', done: 1, all: 1 },
    });

    const list = await server.get(decisions);
    t.true(isDecisionList(list.body), JSON.stringify(list.body));
    t.deepEqual(
      (list.body as { decisions: { level: string }[] }).decisions.map(({ level }) => level),
      ['employer', 'department', 'bureau-check', 'bureau-approve'],
    );
    server.by = aStaff(30, 'employer', { organisationId: ORGANISATION.other });
    t.is((await server.get(decisions)).code, 'NOT_FOUND');
    t.is((await server.get('/api/batches')).code, 'FORBIDDEN');
  });
}

test('the switch is thrown by those whom the table names, with a reason, and is seen by the bureau', async t => {
  const [sqlite] = databases();
  if (!sqlite) return t.fail();
  const world = await aBureau(t, sqlite);
  const server = await served(t, world, issuanceRoutes);
  await put(world, [uploaded()]);

  server.by = HANDLER;
  t.like((await server.get('/api/issuance')).body, { stopped: false, reason: null, since: null });
  t.is((await post(server, '/api/issuance/stop', { reason: ' \n ' })).code, 'REASON_MISSING');
  const stopped = await post(server, '/api/issuance/stop', { reason: '核查中' });
  t.true(isIssuanceState(stopped.body));
  t.like(stopped.body, { stopped: true, reason: '核查中' });
  t.is((await post(server, '/api/issuance/resume', { reason: '已查清' })).code, 'FORBIDDEN');
  server.by = EMPLOYER;
  t.is((await server.get('/api/issuance')).code, 'FORBIDDEN');
  server.by = APPROVER;
  t.like((await post(server, '/api/issuance/resume', { reason: '已查清' })).body, { stopped: false });

  for (const path of ['/api/batches/2021-13', '/api/batches/2021-13/items'])
    t.is((await server.get(path)).code, 'MONTH_INVALID');
  t.is((await server.get(`/api/batches/${JULY}/items?state=all`)).code, 'QUERY_INVALID');
  return undefined;
});
