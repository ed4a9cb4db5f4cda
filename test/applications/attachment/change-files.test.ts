import test, { type ExecutionContext } from 'ava';
import { courseFrom, type Application, type Course } from '../../../src/applications/application.ts';
import { attachmentRoutes } from '../../../src/applications/attachment/routes.ts';
import { bytesOf, deleteFilesOf, filesOf } from '../../../src/applications/attachment/store.ts';
import { addApplications, applicationsById } from '../../../src/applications/store.ts';
import { checkChain } from '../../../src/audit/record.ts';
import { entriesAfter } from '../../../src/audit/store.ts';
import type { Actor } from '../../../src/accounts/role.ts';
import { inTransaction } from '../../../src/db/tx.ts';
import {
  isAttachmentAdded,
  isAttachmentList,
  isAttachmentRemoved,
  type AttachmentAdded,
} from '../../../src/shared/shapes/shapes.ts';
import type { World } from '../../../src/world.ts';
import { aHolder, anActor } from '../../support/actor.ts';
import { served, type Served } from '../../support/api.ts';
import { aBureau, anAct, idNumberOf, someCells, takeIn } from '../../support/bureau.ts';
import { databases, type TestDatabase } from '../../support/database.ts';
import { aPdf, aPhoto, aScan } from './some-files.ts';

const ORGANISATION = '1'.repeat(32);
const OTHER = '2'.repeat(32);

interface Scene {
  readonly world: World;
  readonly service: Served;
  /** A draft of the holder with serial 1, who is signed in. */
  readonly id: string;
}

async function aScene(
  t: ExecutionContext,
  database: TestDatabase,
  change: Partial<Omit<Application, 'course'>> & { course?: Partial<Course> } = {},
): Promise<Scene> {
  const world = await aBureau(t, database);
  const [taken = ''] = await takeIn(world, [someCells(1, { 证件号码: idNumberOf(1) })]);
  const application = (await applicationsById(world, [taken])).get(taken);
  if (!application) throw new RangeError('takeIn gave no application');
  const id = world.ids();
  const course = courseFrom({
    originator: 'holder',
    changedAt: anAct().at,
    employerId: ORGANISATION,
    turn: { kind: 'holder', organisationId: undefined },
    ...change.course,
  });
  const draft: Application = { ...application, state: 'DRAFT', ...change, id, course };
  await inTransaction(world.db, async tx => addApplications(tx, world, [draft]));
  const service = await served(t, world, attachmentRoutes);
  service.by = aHolder(idNumberOf(1));
  return { world, service, id };
}

async function send(
  { service, id }: Pick<Scene, 'service' | 'id'>,
  file: { bytes: Uint8Array; type: string; name?: string; purpose?: string },
): Promise<{ status: number; code: unknown; body: unknown }> {
  const form = new FormData();
  form.append('purpose', file.purpose ?? 'APPOINTMENT');
  form.append(
    'file',
    new Blob([new Uint8Array(file.bytes)], { type: file.type }),
    file.name ?? '聘任文件.pdf',
  );
  const response = await fetch(`${service.url}/api/applications/${id}/files`, { method: 'POST', body: form });
  const body = (await response.json()) as { code?: unknown };
  return { status: response.status, code: body.code, body };
}

async function versionOf({ world, id }: Scene): Promise<number | undefined> {
  return (await applicationsById(world, [id])).get(id)?.course.version;
}

for (const database of databases()) {
  test(`${database.name}: a file added raises the application's version and is listed, fetched and removed again`, async t => {
    const scene = await aScene(t, database);
    const path = `/api/applications/${scene.id}/files`;

    const added = await send(scene, { bytes: await aPdf(), type: 'application/pdf' });
    const listed = await scene.service.get(path);
    const file = (added.body as AttachmentAdded).file;
    const fetched = await fetch(`${scene.service.url}${path}/${file.id}`);
    const bytes = new Uint8Array(await fetched.arrayBuffer());
    const removed = await fetch(`${scene.service.url}${path}/${file.id}`, { method: 'DELETE' });
    const gone = await fetch(`${scene.service.url}${path}/${file.id}`);

    t.is(added.status, 201);
    t.true(isAttachmentAdded(added.body), JSON.stringify(added.body));
    t.is((added.body as AttachmentAdded).version, 2);
    t.true(isAttachmentList(listed.body));
    t.deepEqual(listed.body, { items: [file] });
    t.is(fetched.headers.get('content-type'), 'application/pdf');
    t.is(fetched.headers.get('x-content-type-options'), 'nosniff');
    t.is(
      fetched.headers.get('content-disposition'),
      `attachment; filename="____.pdf"; filename*=UTF-8''${encodeURIComponent('聘任文件.pdf')}`,
    );
    t.is(bytes.length, file.size);
    t.is(Buffer.from(bytes.slice(0, 5)).toString(), '%PDF-');
    t.true(isAttachmentRemoved(await removed.json()));
    t.is(gone.status, 404);
    t.is(await versionOf(scene), 3);
  });

  test(`${database.name}: every change and every download stands in the audit, without the file's name`, async t => {
    const { world, service, id } = await aScene(t, database);
    const { file } = (
      await send({ service, id }, { bytes: await aScan(), type: 'image/png', name: '王某某.png' })
    ).body as AttachmentAdded;
    const before = (await entriesAfter(world.db, 0, 1000)).filter(entry => entry.subject === id);
    await (await fetch(`${service.url}/api/applications/${id}/files/${file.id}`)).arrayBuffer();
    await fetch(`${service.url}/api/applications/${id}/files/${file.id}`, { method: 'DELETE' });

    const entries = (await entriesAfter(world.db, 0, 1000)).filter(entry => entry.subject === id);

    t.deepEqual(
      before.map(entry => entry.action),
      ['attachment.added'],
    );
    t.deepEqual(
      entries.map(entry => entry.action),
      ['attachment.added', 'attachment.downloaded', 'attachment.removed'],
    );
    t.false(JSON.stringify(entries).includes('王'));
    t.is((await checkChain(world.db)).brokenAt, undefined);
  });

  test(`${database.name}: a look of staff at the list of files stands in the audit, the holder's own does not`, async t => {
    const { world, service, id } = await aScene(t, database);
    await service.get(`/api/applications/${id}/files`);
    service.by = anActor('bureau', 'auditor');

    await service.get(`/api/applications/${id}/files`);

    const looks = (await entriesAfter(world.db, 0, 1000)).filter(entry => entry.subject === id);
    t.deepEqual(
      looks.map(entry => entry.action),
      ['attachments.viewed'],
    );
  });

  // alone: a gate of the process counts them all
  test.serial(
    `${database.name}: the same file a hundred times at once is one file, with one answer`,
    async t => {
      const scene = await aScene(t, database);
      const bytes = await aScan();

      const answers = await Promise.all(
        Array.from({ length: 100 }, async () => send(scene, { bytes, type: 'image/png', name: 'a.png' })),
      );

      t.deepEqual([...new Set(answers.map(answer => JSON.stringify(answer)))].slice(1), []);
      t.is(answers[0]?.status, 201);
      t.is((await filesOf(scene.world, scene.id)).length, 1);
      t.is(await versionOf(scene), 2);
    },
  );

  test(`${database.name}: a large file is kept in sealed pieces and comes back whole, never from swapped pieces`, async t => {
    const scene = await aScene(t, database);
    await send(scene, { bytes: await aScan(700), type: 'image/png', name: 'a.png' });
    const [file] = await filesOf(scene.world, scene.id);
    if (!file) throw new RangeError('no file');

    const bytes = await bytesOf(scene.world, file);
    const [rows] = await scene.world.db.sequelize.query(
      'SELECT place, sealed FROM file_chunks ORDER BY place',
    );
    const pieces = rows as { place: number; sealed: Buffer }[];

    t.true(pieces.length > 1);
    t.is(bytes.length, file.size);
    t.false(pieces.some(({ sealed }) => Buffer.from(sealed).includes(Buffer.from('IHDR'))));
    for (const [from, to] of [
      [0, -9],
      [1, 0],
      [-9, 1],
    ])
      await scene.world.db.sequelize.query(`UPDATE file_chunks SET place = ${to} WHERE place = ${from}`);
    await t.throwsAsync(bytesOf(scene.world, file), { instanceOf: RangeError });
  });

  test(`${database.name}: with a draft its files go, of others none`, async t => {
    const scene = await aScene(t, database);
    await send(scene, { bytes: await aScan(), type: 'image/png', name: 'a.png' });

    await inTransaction(scene.world.db, async tx => deleteFilesOf(tx, scene.world.db, [OTHER]));
    const kept = await filesOf(scene.world, scene.id);
    await inTransaction(scene.world.db, async tx => deleteFilesOf(tx, scene.world.db, [scene.id]));
    const [rows] = await scene.world.db.sequelize.query('SELECT place FROM file_chunks');

    t.is(kept.length, 1);
    t.deepEqual(await filesOf(scene.world, scene.id), []);
    t.deepEqual(rows, []);
  });

  test(`${database.name}: the twenty-first file is refused`, async t => {
    const scene = await aScene(t, database);
    for (let side = 10; side < 30; side += 1)
      await send(scene, { bytes: await aScan(side), type: 'image/png', name: 'a.png' });

    const answer = await send(scene, { bytes: await aScan(40), type: 'image/png', name: 'a.png' });

    t.is(answer.code, 'TOO_MANY_FILES');
    t.is((await filesOf(scene.world, scene.id)).length, 20);
  });
}

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('a refused file leaves nothing and changes nothing', async t => {
  const scene = await aScene(t, sqlite);

  const answer = await send(scene, { bytes: Buffer.from('<svg/>'), type: 'image/png' });

  t.is(answer.status, 422);
  t.is(answer.code, 'ATTACHMENT_REFUSED');
  t.deepEqual(await filesOf(scene.world, scene.id), []);
  t.is(await versionOf(scene), 1);
});

test('a purpose must be one of those there are', async t => {
  const scene = await aScene(t, sqlite);

  const answer = await send(scene, { bytes: await aScan(), type: 'image/png', purpose: '聘任文件' });

  t.is(answer.code, 'BAD_REQUEST');
});

test('a name that promises another kind of file gets the right ending', async t => {
  const scene = await aScene(t, sqlite);

  const answer = await send(scene, { bytes: await aPhoto(), type: 'image/jpeg', name: '聘书.html' });

  t.is((answer.body as AttachmentAdded).file.name, '聘书.html.jpeg');
});

const employer = (organisationId: string): Actor => {
  const actor = anActor('employer', 'clerk');
  return { ...actor, grants: actor.grants.map(grant => ({ ...grant, organisationId })) };
};

const STRANGERS: readonly { name: string; by: Actor; code: string }[] = [
  { name: 'another holder', by: aHolder(idNumberOf(2)), code: 'NOT_FOUND' },
  { name: 'another employer', by: employer(OTHER), code: 'NOT_FOUND' },
  {
    name: 'the own employer while it is the holder’s turn',
    by: employer(ORGANISATION),
    code: 'APPLICATION_STATE',
  },
  { name: 'the bureau’s handler', by: anActor('bureau', 'handler'), code: 'FORBIDDEN' },
];

for (const { name, by, code } of STRANGERS) {
  test(`nobody adds a file out of turn: ${name}`, async t => {
    const scene = await aScene(t, sqlite);
    scene.service.by = by;

    const answer = await send(scene, { bytes: await aScan(), type: 'image/png' });

    t.is(answer.code, code);
    t.deepEqual(await filesOf(scene.world, scene.id), []);
  });
}

test('another’s application answers exactly as one that does not exist, also for its files', async t => {
  const scene = await aScene(t, sqlite);
  const { file } = (await send(scene, { bytes: await aScan(), type: 'image/png' })).body as AttachmentAdded;
  scene.service.by = aHolder(idNumberOf(2));

  const others = await scene.service.get(`/api/applications/${scene.id}/files/${file.id}`);
  const absent = await scene.service.get(`/api/applications/${'f'.repeat(32)}/files/${file.id}`);

  t.deepEqual(others, absent);
  t.is(others.code, 'NOT_FOUND');
});

test('a file of one application is not reached through another', async t => {
  const scene = await aScene(t, sqlite);
  const { file } = (await send(scene, { bytes: await aScan(), type: 'image/png' })).body as AttachmentAdded;
  const [own] = [...(await applicationsById(scene.world, [scene.id])).values()];
  if (!own) throw new RangeError('no application');
  const second = { ...own, id: scene.world.ids() };
  await inTransaction(scene.world.db, async tx => addApplications(tx, scene.world, [second]));

  const answer = await scene.service.get(`/api/applications/${second.id}/files/${file.id}`);

  t.is(answer.code, 'NOT_FOUND');
});

test('the employer who began it adds files while it is the employer’s turn, after a return too', async t => {
  const turn = { kind: 'employer', organisationId: ORGANISATION } as const;
  const scene = await aScene(t, sqlite, {
    state: 'RETURNED',
    seriesCode: '99',
    course: { originator: 'employer', turn },
  });
  scene.service.by = employer(ORGANISATION);

  const answer = await send(scene, { bytes: await aScan(), type: 'image/png' });

  t.is(answer.status, 201);
});

test('once submitted, no file is added or removed', async t => {
  const turn = { kind: 'employer', organisationId: ORGANISATION } as const;
  const scene = await aScene(t, sqlite, { state: 'EMPLOYER_REVIEW', seriesCode: '99', course: { turn } });

  const answer = await send(scene, { bytes: await aScan(), type: 'image/png' });

  t.is(answer.code, 'APPLICATION_STATE');
});

test('whoever may not add a file is told so before it is read', async t => {
  const scene = await aScene(t, sqlite);
  scene.service.by = aHolder(idNumberOf(2));

  const response = await fetch(`${scene.service.url}/api/applications/${scene.id}/files`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(65_536)); // for ever
      },
    }),
    duplex: 'half',
  } as RequestInit).catch(() => undefined);

  // the client may see the answer or the closed connection first; either way it ends
  t.true(response === undefined || response.status === 404);
});
