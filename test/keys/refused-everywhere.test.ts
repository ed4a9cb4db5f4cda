/**
 * A leaked key, asked about at every place over HTTP: until the certificate is signed anew nobody is shown it as good, given its file, or
 * left to find out; afterwards every place has the next version.
 */
import test, { type ExecutionContext } from 'ava';
import { ZhichengClient } from '../../src/client/zhicheng-client.ts';
import { versionsOf } from '../../src/certificate/store.ts';
import { reissue } from '../../src/issuance/key-life/reissue.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { KEY_REVOKED_WORD } from '../../src/revocation/state.ts';
import { publish } from '../../src/revocation/publish.ts';
import { startService } from '../../src/service.ts';
import {
  isCollectionCertificate,
  isLookupResult,
  isRegistrationAnswer,
  isShareCodeResult,
  isStatusAt,
  isWebhookEvent,
  type CollectionCertificate,
  type FileReport,
  type LookupResult,
  type ShareCodeMade,
  type UseCopyList,
  type UseCopyView,
  type VerificationReport,
} from '../../src/shared/shapes/shapes.ts';
import { isoAt, startOf, type Instant } from '../../src/shared/time.ts';
import { deliverEvents } from '../../src/webhooks/delivery/deliver-events.ts';
import { newAct, type World } from '../../src/world.ts';
import { aSigner } from '../clients/signing.ts';
import { ask, newestCode } from '../lookups/asking.ts';
import { aBureau, anAct, idNumberOf, JULY, someCells, takeIn } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import { compromised, FIRST_MONTHS_KEY } from '../support/leaked.ts';
import { client, signInHolder, type Client } from '../support/people.ts';
import { derive } from '../webhooks/a-story.ts';
import { aTarget, type Target } from '../webhooks/a-target.ts';

const PERSON = { idNumber: idNumberOf(1), phone: '19900001001' };
/** Collection of July's certificates has opened. */
const OPEN: Instant = startOf('2021-08-20') + 9 * 3600;
/** The service reads its trust anew every few seconds. */
const A_WHILE = 60;
const options = { unprintable: () => [] };
const USE = { purpose: '岗位聘任核验', recipient: '天津样例人才有限公司（测试）', validThrough: '2021-08-31' };

for (const database of databases()) {
  test(`what a leaked key signed is refused everywhere until its next version, which is good everywhere (${database.name})`, async t => {
    const scene = await aScene(t, database);
    const { world, number, client: body, clock, target } = scene;
    await body.verify([{ number, idNumber: PERSON.idNumber }], { purpose: 'APPOINTMENT' });
    await body.setWebhook(target.url);
    const subscribed = await body.subscribe(number);
    const good = (version: number) => ({
      ...{ byNumber: ['valid', 'VALID', '有效', version], byCredential: 'valid', statusAt: '有效' },
      ...{ verify: 'valid', held: ['VALID', '有效'], listed: '有效', files: [200, 200], newCopy: 201, newShare: 201 },
      ...{ shared: '有效', lookedUp: '有效', keyRevokedAt: [] },
    });

    const before = await asked(t, scene);
    const copy = await ownCopies(scene);
    const revokedAt = (clock.now += A_WHILE);
    await compromised(world);
    clock.now += A_WHILE;
    const meanwhile = await asked(t, scene);
    const copyMeanwhile = await ownCopies(scene);
    const onceMore = await body.subscribe(number);
    await told(scene);
    clock.now += A_WHILE;
    await reissue(world, anAct(clock.now), { number: FIRST_MONTHS_KEY, options });
    clock.now += A_WHILE;
    const after = await asked(t, scene);
    const copyAfter = await ownCopies(scene);
    await told(scene);

    t.deepEqual(before, { ...good(1), file: ['original', 'valid'] });
    t.deepEqual(meanwhile, {
      ...{ byNumber: ['invalid', 'VALID', KEY_REVOKED_WORD, 1], byCredential: 'invalid' },
      ...{ statusAt: KEY_REVOKED_WORD, verify: 'invalid' },
      ...{ held: ['VALID', KEY_REVOKED_WORD], listed: KEY_REVOKED_WORD },
      ...{ files: ['KEY_REVOKED', 'KEY_REVOKED'], newCopy: 'KEY_REVOKED', newShare: 'KEY_REVOKED' },
      ...{ shared: KEY_REVOKED_WORD, lookedUp: KEY_REVOKED_WORD, keyRevokedAt: [isoAt(revokedAt)] },
      file: ['original', 'invalid'],
    });
    // the file of the first version stays what it is: an original that nobody believes any more
    t.deepEqual(after, { ...good(2), file: ['original', 'invalid'] });
    t.deepEqual([copy, copyMeanwhile], [[[true, 200]], [[false, 'KEY_REVOKED']]]);
    t.deepEqual(copyAfter, [
      [true, 200],
      [false, 'STATE_CONFLICT'],
    ]);
    t.is(subscribed.keyRevokedAt, undefined);
    t.is(onceMore.keyRevokedAt, isoAt(revokedAt));
    t.deepEqual(
      target.received.map(each => {
        const event: unknown = JSON.parse(each.body);
        if (!isWebhookEvent(event)) throw new RangeError(each.body);
        return [event.type, event.version, event.state];
      }),
      [
        ['certificate.key-revoked', 1, 'VALID'],
        ['certificate.superseded', 1, 'SUPERSEDED'],
      ],
    );
  });
}

interface Scene {
  readonly world: World;
  readonly url: string;
  readonly clock: { now: Instant };
  readonly number: string;
  /** The registration body's. */
  readonly client: ZhichengClient;
  readonly holder: Client;
  readonly target: Target;
  /** Made while all was well. */
  readonly shareCode: string;
  readonly file: Uint8Array<ArrayBuffer>;
}

async function aScene(t: ExecutionContext, database: TestDatabase): Promise<Scene> {
  const clock = { now: startOf('2021-07-30') };
  const bureau = await aBureau(t, database, { months: [JULY, '2021-08'], clock: () => clock.now });
  const world = { ...bureau, config: { ...bureau.config, webhookPrivate: true } };
  await takeIn(world, [someCells(1, { 手机号码: PERSON.phone })]);
  await releaseAll(world, anAct(clock.now), { month: JULY, options });
  clock.now = OPEN;
  await publish(world, anAct(clock.now));
  const { url, stop } = await startService(world);
  t.teardown(stop);
  const session = await signInHolder(url, world, PERSON);
  const holder = client(url, session);
  const { items } = (await holder.get('/api/me/certificates')).body as { items: CollectionCertificate[] };
  const number = items[0]?.number ?? 'none';
  const wanted = { number, purpose: '应聘某公司工程师', days: 30 };
  const { code } = (await holder.post('/api/me/share-codes', wanted)).body as ShareCodeMade;
  const path = `${url}/api/me/certificates/${number}/file?format=pdf`;
  const file = await (await fetch(path, { headers: { cookie: session.cookie } })).arrayBuffer();
  const { client: body, keys } = await aSigner(world);
  const api = new ZhichengClient({
    origin: world.config.origin,
    clientId: body.id,
    privateKey: keys.privateKey,
    clock: () => clock.now,
    tries: 1,
    // the published origin is what is signed; the port is this test's
    fetch: async (to, init) => fetch(String(to).replace(world.config.origin, url), init),
  });
  const target = await aTarget(t);
  return { world, url, clock, number, client: api, holder, target, shareCode: code, file: new Uint8Array(file) };
}

/** What every place says of the certificate now, each answer by its shape. */
async function asked(t: ExecutionContext, scene: Scene): Promise<Record<string, unknown>> {
  const { world, number, client: body, holder, url, shareCode } = scene;
  const newest = (await versionsOf(world.db, number)).at(-1);
  const purpose = 'PRACTICE_REGISTRATION';
  const answer = await body.verify([{ number, idNumber: PERSON.idNumber }, { credential: newest?.jwt ?? '' }], {
    purpose,
  });
  t.true(isRegistrationAnswer(answer), JSON.stringify(answer));
  const [byNumber, byCredential] = answer.results;
  if (byNumber?.outcome !== 'match') throw new RangeError('no match by number');
  const statusAt = await body.statusAt(number, isoAt(world.clock()), purpose);
  t.true(isStatusAt(statusAt), JSON.stringify(statusAt));
  const anybody = client(url);
  const report = (await anybody.post('/api/verify', { text: newest?.qrText })).body as VerificationReport;
  const held = (await holder.get(`/api/me/certificates/${number}`)).body as CollectionCertificate;
  t.true(isCollectionCertificate(held), JSON.stringify(held));
  const { items } = (await holder.get('/api/me/certificates')).body as { items: CollectionCertificate[] };
  const files = ['png', 'pdf'].map(async format =>
    outcomeOf(holder, `/api/me/certificates/${number}/file?format=${format}`),
  );
  const shared = (await anybody.post('/api/share-codes/open', { code: shareCode })).body as LookupResult;
  t.true(isShareCodeResult(shared), JSON.stringify(shared));
  const lookedUp = await lookup(scene);
  t.true(isLookupResult(lookedUp), JSON.stringify(lookedUp));
  const [status] = statusAt.versions;
  const said = [byNumber.certificate, status, held, shared, lookedUp].map(each => each?.keyRevokedAt);
  return {
    byNumber: [byNumber.verdict, ...stateIn(byNumber.certificate), byNumber.certificate.version],
    byCredential: byCredential && 'verdict' in byCredential ? byCredential.verdict : undefined,
    statusAt: statusAt.stateName,
    verify: report.verdict,
    held: stateIn(held),
    listed: items[0]?.stateName,
    files: await Promise.all(files),
    newCopy: await outcomeOf(holder, '/api/me/use-copies', { number, ...USE }),
    newShare: await outcomeOf(holder, '/api/me/share-codes', { number, purpose: '岗位聘任核验', days: 1 }),
    shared: shared.stateName,
    lookedUp: lookedUp.stateName,
    file: await checked(scene),
    keyRevokedAt: [...new Set(said)].filter(at => at !== undefined),
  };
}

const stateIn = ({ state, stateName }: { state: string; stateName: string }): readonly string[] => [state, stateName];

/** The status, or of a refusal its stable code. */
async function outcomeOf(who: Client, path: string, body?: object): Promise<unknown> {
  const key = { 'idempotency-key': crypto.randomUUID() };
  const answer = body === undefined ? await who.get(path) : await who.post(path, body, key);
  return answer.status < 300 ? answer.status : (answer.body as { code?: unknown }).code;
}

/** Somebody with the three facts, asked by the verb for the sake of an easy challenge, and the holder's code. */
async function lookup({ world, url, number }: Scene): Promise<LookupResult> {
  const lookupId = await ask(world, { ...PERSON, number });
  const code = await newestCode(world);
  return (await client(url).post(`/api/lookups/${lookupId}/result`, { code })).body as LookupResult;
}

/** What is said of the file that was collected while all was well, and of the code in it. */
async function checked({ url, file }: Scene): Promise<readonly unknown[]> {
  const headers = { 'content-type': 'application/pdf' };
  const response = await fetch(`${url}/api/files/check`, { method: 'POST', headers, body: file });
  const { original, codes } = (await response.json()) as FileReport;
  return [original, ...codes.map(({ report }) => report.verdict)];
}

/** Whether each of the holder's use copies, newest first, is usable, and what comes of its download. */
async function ownCopies({ holder }: Scene): Promise<readonly unknown[]> {
  const { items } = (await holder.get('/api/me/use-copies')).body as UseCopyList;
  return Promise.all(
    items.map(async ({ id, usable }: UseCopyView) => [
      usable,
      await outcomeOf(holder, `/api/me/use-copies/${id}/file`),
    ]),
  );
}

async function told({ world }: Scene): Promise<void> {
  await derive(world);
  await deliverEvents(world, newAct(world, 'system:event-sender'));
}
