/** What tests of changes in bulk share: certificates, people, sheets sent over HTTP, and what everybody who asks is told afterwards. */
import type { ExecutionContext } from 'ava';
import type { Actor } from '../../src/accounts/role.ts';
import { certificatesFor, type Certificate } from '../../src/certificate/store.ts';
import { certificateRecord } from '../../src/changes/certificate-record.ts';
import { changeRoutes } from '../../src/changes/routes.ts';
import { changeSheetRoutes } from '../../src/changes/sheets/routes.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { recentMessages } from '../../src/messages/enqueue.ts';
import type { CertificateState } from '../../src/revocation/state.ts';
import { changesOf } from '../../src/revocation/store.ts';
import type { ChangeSheetRows, ChangeSheetView } from '../../src/shared/shapes/shapes.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { verify } from '../../src/verification/verify.ts';
import { newAct, type World } from '../../src/world.ts';
import { aStaff, both } from '../review/a-case.ts';
import { served, type Answer, type Served } from '../support/api.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';

export const DOCUMENT = '津人社撤字〔2021〕1号（测试）';
export const PROPOSER = aStaff(40, 'bureau', { duty: 'handler' });
export const CONFIRMER = aStaff(41, 'bureau', { duty: 'revocation-officer' });
export const AUDITOR = aStaff(42, 'bureau', { duty: 'auditor' });
export const BOTH = both(PROPOSER, CONFIRMER);
const REVOKE_ALL = { change: '撤销', reason: 'REVIEW_OVERTURNED', document: DOCUMENT };

export interface SheetScene {
  readonly world: World;
  readonly server: Served;
  readonly certificates: readonly Certificate[];
  readonly numbers: readonly string[];
  readonly clock: { now: number };
}

/** A bureau with that many certificates of different people, an hour after their issue. */
export async function sheetScene(
  t: ExecutionContext,
  database: TestDatabase,
  count: number,
): Promise<SheetScene> {
  const clock = { now: JULY_30 };
  const world = await aBureau(t, database, { clock: () => clock.now });
  const people = Array.from({ length: count }, (_, place) =>
    someCells(place + 1, { 手机号码: `199000${String(10_000 + place)}` }),
  );
  const ids = await takeIn(world, people);
  await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  const certificates = await certificatesFor(world.db, ids);
  clock.now += 3600;
  const server = await served(t, world, (each, api) => {
    changeRoutes(each, api);
    changeSheetRoutes(each, api);
  });
  server.by = PROPOSER;
  return { world, server, certificates, numbers: certificates.map(({ number }) => number), clock };
}

export async function post(server: Served, path: string, body: unknown): Promise<Answer> {
  return ask(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Sends a file as the page does. @param fields beside it; one change for all rows unless told */
export async function send(
  server: Served,
  path: string,
  sent: { text: string | Uint8Array; name?: string; fields?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(sent.fields ?? REVOKE_ALL)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(Buffer.from(sent.text))]), sent.name ?? '决定.csv');
  return ask(`${server.url}/api/change-sheets${path}`, { method: 'POST', body: form });
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const body = (await response.json()) as { code?: unknown };
  return { status: response.status, body, code: body.code };
}

export function numbersCsv(numbers: readonly string[]): string {
  return ['证书编号', ...numbers].join('\r\n');
}

/** The sheet as its proposer proposed it. */
export async function proposed(
  { server }: Pick<SheetScene, 'server'>,
  numbers: readonly string[],
): Promise<ChangeSheetView> {
  server.by = PROPOSER;
  const { status, body } = await send(server, '', { text: numbersCsv(numbers) });
  if (status !== 201) throw new RangeError(`not proposed: ${JSON.stringify(body)}`);
  return body as ChangeSheetView;
}

export async function decide(
  { server }: Pick<SheetScene, 'server'>,
  by: Actor,
  decision: { id: string; decision: string; digest: string; note?: string },
): Promise<Answer> {
  server.by = by;
  const { id, ...body } = decision;
  return post(server, `/api/change-sheets/${id}/decision`, body);
}

export async function sheetNow({ server }: Pick<SheetScene, 'server'>, id: string): Promise<ChangeSheetView> {
  return (await server.get(`/api/change-sheets/${id}`)).body as ChangeSheetView;
}

export async function rowsNow(
  { server }: Pick<SheetScene, 'server'>,
  id: string,
): Promise<ChangeSheetRows['items']> {
  return ((await server.get(`/api/change-sheets/${id}/rows`)).body as ChangeSheetRows).items;
}

/** How many changes each certificate has on record, in the order given. */
export async function changeCounts({ world, certificates }: SheetScene): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const certificate of certificates) counts.push((await changesOf(world.db, certificate)).length);
  return counts;
}

/** How many messages of a changed certificate went to each of those phones that got any. */
export async function noticesByPhone({ world }: SheetScene): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { template, phone } of await recentMessages(world, 1000))
    if (template === 'revoked') counts.set(phone, (counts.get(phone) ?? 0) + 1);
  return counts;
}

/** What a verifier with the newest lists says of each, and what the record says. */
export async function saidOf({ world, certificates, clock }: SheetScene): Promise<readonly string[]> {
  const trust = await currentTrust(world, clock.now);
  const said: string[] = [];
  for (const { number, qrText } of certificates) {
    const { verdict } = await verify(qrText, trust, clock.now);
    const act = { ...newAct(world, AUDITOR.accountId), by: AUDITOR };
    const { state } = (await certificateRecord(world, act, number)).versions[0].standing;
    said.push(`${verdict} ${state satisfies CertificateState}`);
  }
  return said;
}
