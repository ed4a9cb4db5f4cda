/** The HTTP face of applications: who sees what, what a body may not carry, pages and marks of looking. */
import test, { type ExecutionContext } from 'ava';
import { entriesAfter } from '../../src/audit/store.ts';
import { findApplicationFor } from '../../src/applications/find-application.ts';
import { stepApplications } from '../../src/applications/store.ts';
import { expireApplications } from '../../src/applications/expire-applications.ts';
import { submitApplication } from '../../src/applications/submit-application.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { applicationRoutes } from '../../src/applications/routes.ts';
import { registerRoutes } from '../../src/applications/register/routes.ts';
import {
  isApplicationCounts,
  isApplicationList,
  isApplicationView,
  isCommitteeList,
  isCommitteeView,
  isEntitlementView,
  isRosterExamTaken,
  isRosterTaken,
  type ApplicationList,
  type ApplicationView,
} from '../../src/shared/shapes/shapes.ts';
import { startOf } from '../../src/shared/time.ts';
import type { Actor } from '../../src/accounts/role.ts';
import { anAct, idNumberOf, JULY_30, someCells } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { served } from '../support/api.ts';
import {
  aCity,
  aDraft,
  aPass,
  aSubmission,
  codeOf,
  COMMITTEE,
  holderOf,
  seen,
  someContent,
  somePass,
  type City,
} from './a-city.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');
const DAY = 86_400;

interface Asked {
  readonly status: number;
  readonly body: Record<string, unknown>;
}
type Ask = (
  by: Actor,
  path: string,
  send?: { method?: string; json?: unknown; text?: string; file?: unknown },
) => Promise<Asked>;

async function serve(t: ExecutionContext, city: City): Promise<Ask> {
  const service = await served(t, city.world, (world, api) => {
    registerRoutes(world, api);
    applicationRoutes(world, api);
  });
  return async (by, path, send = {}) => {
    service.by = by;
    const { method, json, text, file } = send;
    const form = new FormData();
    if (file !== undefined) form.append('file', new Blob([JSON.stringify(file)]), 'roster.json');
    const body =
      file === undefined ? (text ?? (json === undefined ? undefined : JSON.stringify(json))) : form;
    const response = await fetch(service.url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      ...(body === undefined ? {} : { body }),
      ...(typeof body === 'string' ? { headers: { 'content-type': 'application/json' } } : {}),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
}

for (const database of databases()) {
  test(`a holder drafts, writes, submits and withdraws by the API (${database.name})`, async t => {
    const city = await aCity(t, database);
    const ask = await serve(t, city);
    const holder = holderOf();

    const created = await ask(holder, '/api/applications', {
      json: { route: 2, content: { name: '张明远' } },
    });
    const { id } = created.body as unknown as ApplicationView;
    const written = await ask(holder, `/api/applications/${id}/content`, {
      method: 'PUT',
      json: { version: 1, content: someContent() },
    });
    const submitted = await ask(holder, `/api/applications/${id}/submit`, { json: { version: 2 } });
    const withdrawn = await ask(holder, `/api/applications/${id}/withdraw`, { json: { version: 3 } });

    t.deepEqual(
      [created, written, submitted, withdrawn].map(({ status }) => status),
      [201, 200, 200, 200],
    );
    for (const { body } of [created, written, submitted, withdrawn])
      t.true(isApplicationView(body), JSON.stringify(isApplicationView));
    const view = submitted.body as unknown as ApplicationView;
    t.like(view, {
      state: 'EMPLOYER_REVIEW',
      stateName: '用人单位审核',
      expectedMonth: '2021-08',
      mayNow: ['withdraw'],
    });
    t.is(view.claim?.idNumber, idNumberOf(1));
    t.is(view.deadlines.uploadCutoff, '2021-08-16');
    t.is(view.deadlines.collectFrom, '2021-09-15');
    t.is(view.content, null);
  });

  test(`lists are paged by key in both orders, each application once (${database.name})`, async t => {
    const city = await aCity(t, database);
    const ask = await serve(t, city);
    for (let serial = 1; serial <= 5; serial += 1)
      await aSubmission(city, someContent({}, serial), holderOf(serial));

    for (const sort of ['changedAt', '-changedAt']) {
      const ids: string[] = [];
      let after = '';
      do {
        const path = `/api/applications?sort=${sort}&limit=2&state=EMPLOYER_REVIEW,DRAFT&mine=true${after}`;
        const { body } = await ask(city.desk('employer'), path);
        t.true(isApplicationList(body));
        const { items, next } = body as unknown as ApplicationList;
        ids.push(...items.map(item => item.id));
        after = next === null ? '' : `&after=${next}`;
      } while (after !== '');
      t.is(ids.length, 5);
      t.is(new Set(ids).size, 5);
      t.deepEqual(ids, sort === 'changedAt' ? [...ids].sort() : [...ids].sort().reverse());
    }
  });

  test(`an unanswered confirmation goes back after ten days, an idle draft is deleted after 180, a pass waits anew (${database.name})`, async t => {
    const city = await aCity(t, database);
    const { world } = city;
    const clerk = city.desk('employer');
    const asked = await submitApplication(
      world,
      city.act(clerk),
      seen(await aDraft(city, someContent(), clerk)),
    );
    const idle = await aDraft(city, someContent({}, 3), holderOf(3));
    const passId = await aPass(city, { 证件号码: idNumberOf(5) });
    const ask = await serve(t, city);
    await ask(holderOf(5), `/api/applications/${passId}/apply`, { json: { version: 1 } });

    // told to answer before 9 August; that day counts to its end
    const early = await expireApplications(world, anAct(startOf('2021-08-10') - 1));
    const later = await expireApplications(world, anAct(startOf('2021-08-10')));
    const last = await expireApplications(world, anAct(JULY_30 + 180 * DAY + 1));

    t.deepEqual(early, { returned: 0, deleted: 0, waiting: 0 });
    t.deepEqual(later, { returned: 1, deleted: 0, waiting: 0 });
    t.deepEqual(last, { returned: 0, deleted: 1, waiting: 1 });
    const back = await findApplicationFor(world, clerk, asked.id);
    t.is(back.state, 'RETURNED');
    t.deepEqual(back.course.turn, { kind: 'employer', organisationId: city.idOf.employer });
    await t.throwsAsync(findApplicationFor(world, holderOf(3), idle.id), { message: /^NOT_FOUND/ });
    t.is((await findApplicationFor(world, holderOf(5), passId)).state, 'AWAITING_APPLICATION');
  });
}

const smuggled: readonly [title: string, body: string][] = [
  ['a status', '{"route":2,"content":{},"status":"UPLOADED"}'],
  ['a state in the content', '{"route":2,"content":{"state":"UPLOADED"}}'],
  ['a holder', '{"route":2,"content":{"holderId":"1"}}'],
  ['a level that is no text', '{"route":2,"content":{"level":{"$ne":""}}}'],
  ['a prototype', '{"route":2,"content":{"__proto__":{"state":"UPLOADED"}}}'],
  ['a prototype beside the content', '{"route":2,"content":{},"__proto__":{"id":"1"}}'],
  ['a route that nobody begins', '{"route":1,"content":{}}'],
  ['an id', '{"id":"00000000000000000000000000000000","route":2,"content":{}}'],
];

for (const [title, text] of smuggled) {
  test(`a new application cannot carry ${title}`, async t => {
    const city = await aCity(t, sqlite);
    const ask = await serve(t, city);

    const { status, body } = await ask(holderOf(), '/api/applications', { text });

    t.is(status, 400);
    // a member named __proto__ is refused by the parser before any schema sees it
    t.is(body['code'], text.includes('__proto__') ? 'BAD_REQUEST' : 'BODY_INVALID');
  });
}

test("another person's or organisation's application is answered exactly as an absent one, by every path", async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);
  const { id } = await aSubmission(city);
  const strangers = [
    holderOf(3),
    city.desk('university'),
    city.desk('archive'),
    city.desk('organiser'),
    city.desk('bureau', 'handler'),
  ];
  const without = ({ status, body }: Asked) => ({ status, code: body['code'], detail: body['detail'] });

  for (const stranger of strangers) {
    const present = await ask(stranger, `/api/applications/${id}`);
    const absent = await ask(stranger, `/api/applications/${'0'.repeat(32)}`);

    t.is(present.status, 404);
    t.deepEqual(without(present), without(absent));
  }
  const step = await ask(holderOf(3), `/api/applications/${id}/withdraw`, { json: { version: 2 } });
  t.is(step.status, 404);
});

test('the bureau lists what has reached it, its auditor all, a department its own; the ID number is masked', async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);
  await aSubmission(city);
  const uploaded = await ask(city.desk('organiser'), '/api/rosters', { file: [someCells(2)] });
  const idsFor = async (by: Actor, query = '') => {
    const { body } = await ask(by, `/api/applications${query}`);
    return (body as unknown as ApplicationList).items
      .map(({ route, idNumber }) => `${route} ${idNumber}`)
      .sort();
  };
  const [first, second] = [1, 2].map(serial =>
    idNumberOf(serial).replace(/^(.{4}).*(.{4})$/, '$1**********$2'),
  );

  t.true(isRosterTaken(uploaded.body), JSON.stringify(uploaded.body));
  t.deepEqual(await idsFor(city.desk('bureau', 'handler')), [`1 ${second}`]);
  t.deepEqual(await idsFor(city.desk('bureau', 'handler'), '?state=EMPLOYER_REVIEW'), []);
  t.deepEqual(await idsFor(city.desk('bureau', 'auditor')), [`1 ${second}`, `2 ${first}`]);
  t.deepEqual(await idsFor(city.desk('department')), [`1 ${second}`, `2 ${first}`]);
  t.deepEqual(await idsFor(city.desk('university')), []);
  t.deepEqual(await idsFor(holderOf(1)), [`2 ${first}`]);
  const counts = await ask(city.desk('department'), '/api/applications/counts');
  t.true(isApplicationCounts(counts.body));
  t.deepEqual(counts.body['counts'], [
    { state: 'EMPLOYER_REVIEW', stateName: '用人单位审核', count: 1 },
    { state: 'UPLOADED', stateName: '已上传市局', count: 1 },
  ]);
});

test('a search by ID number finds one person, and nobody looks by a grant of another', async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);
  await aSubmission(city);
  await aSubmission(city, someContent({}, 2), holderOf(2));

  const found = await ask(city.desk('employer'), '/api/applications/search', {
    json: { idNumber: idNumberOf(2) },
  });
  const foreign = await ask(city.desk('employer'), `/api/applications?grant=${'1'.repeat(32)}`);

  t.is((found.body as unknown as ApplicationList).items.length, 1);
  t.is(foreign.status, 403);
});

test('an unknown state, order or page mark is refused', async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);

  for (const query of [
    'state=GONE',
    'sort=name',
    'after=1',
    'limit=201',
    'limit=0',
    'month=2021-13',
    'whose=all',
  ]) {
    const { status, body } = await ask(city.desk('employer'), `/api/applications?${query}`);
    t.is(status, 400, query);
    t.is(body['code'], 'QUERY_INVALID', query);
  }
});

test('every look of staff stands in the audit, a holder’s own does not', async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);
  const { id } = await aSubmission(city);

  await ask(holderOf(), `/api/applications/${id}`);
  const { body } = await ask(city.desk('employer'), `/api/applications/${id}`);
  await ask(city.desk('employer'), '/api/applications');

  t.true(isApplicationView(body));
  const looks = (await entriesAfter(city.world.db, 0, 100)).filter(({ action }) =>
    /viewed|listed/.test(action),
  );
  t.deepEqual(
    looks.map(({ action, subject }) => [action, subject]),
    [
      ['application.viewed', id],
      ['applications.listed', city.idOf.employer],
    ],
  );
});

test('until it can be collected a holder reads 制证中 and the day, and its reviewers 已制证', async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);
  const { id } = await aSubmission(city);
  const step = { state: 'GENERATED', turn: undefined, at: JULY_30, batchMonth: '2021-07' } as const;
  await inTransaction(city.world.db, async tx => stepApplications(tx, city.world.db, { ids: [id], step }));
  const read = async (by: Actor) =>
    (await ask(by, `/api/applications/${id}`)).body as unknown as ApplicationView;

  const before = await read(holderOf());
  t.is(before.stateName, '制证中');
  t.is(before.deadlines.collectFrom, '2021-08-15');
  t.is((await read(city.desk('employer'))).stateName, '已制证');
  city.setClock(JULY_30 + 16 * DAY);
  t.is((await read(holderOf())).stateName, '已制证');
});

test('passes come in over HTTP', async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);

  const taken = await ask(city.desk('examBody'), '/api/exam-rosters', { file: [somePass()] });
  const again = await ask(city.desk('examBody'), '/api/exam-rosters', { file: [somePass()] });

  t.is(taken.status, 201);
  t.true(isRosterExamTaken(taken.body));
  t.is(again.body['known'], 1);
});

test('the registers are kept by the administrator alone, and read by everybody', async t => {
  const city = await aCity(t, sqlite);
  const ask = await serve(t, city);
  const administrator = city.desk('bureau', 'administrator');
  const committee = {
    filingNumber: '津职评备〔2021〕002号（测试）',
    name: COMMITTEE,
    organiserCode: codeOf('organiser'),
    subtype: '自主评审',
    seriesCodes: ['19'],
    levels: ['C'],
    from: '2021-01-01',
  };

  const added = await ask(administrator, '/api/committees', { json: committee });
  t.true(isCommitteeView(added.body), JSON.stringify(added.body));
  t.is((await ask(administrator, '/api/committees', { json: committee })).body['code'], 'REGISTER_CONFLICT');
  t.is((await ask(city.desk('organiser'), '/api/committees', { json: committee })).status, 403);
  const wrong = { ...committee, filingNumber: 'x', organiserCode: codeOf('employer') };
  t.is((await ask(administrator, '/api/committees', { json: wrong })).body['code'], 'ORGANISATION_UNKNOWN');
  const ended = await ask(administrator, `/api/committees/${String(added.body['id'])}/end`, {
    json: { to: '2020-12-31' },
  });
  t.is(ended.body['code'], 'REGISTER_INVALID');
  const listed = await ask(city.desk('employer'), `/api/committees?organiser=${city.idOf.organiser}`);
  t.true(isCommitteeList(listed.body));
  t.is((listed.body['committees'] as unknown[]).length, 2);
  const entitlement = {
    organisationCode: codeOf('employer'),
    seriesCode: '19',
    document: '文号',
    from: '2021-01-01',
  };
  const entitled = await ask(administrator, '/api/entitlements', { json: entitlement });
  t.true(isEntitlementView(entitled.body));
  t.deepEqual(entitled.body['levels'], ['C', 'D', 'E']);
  t.is(
    (await ask(administrator, '/api/entitlements', { json: entitlement })).body['code'],
    'REGISTER_CONFLICT',
  );
});
