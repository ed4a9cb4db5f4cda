/** People for tests: staff with known secrets, and signed-in clients of the HTTP API, staff or holder. */
import { addStaff } from '../../src/accounts/people/add-staff.ts';
import { actorOf } from '../../src/accounts/people/store.ts';
import { organisationCheckCharacterOf } from '../../src/accounts/organisation-code.ts';
import type { Capacity, Organisation } from '../../src/accounts/organisation.ts';
import { registerOrganisation } from '../../src/accounts/register/register-organisation.ts';
import type { Actor, Duty } from '../../src/accounts/role.ts';
import { totpCodeAt } from '../../src/accounts/sign-in/totp.ts';
import { addCapacities, organisationsByCode } from '../../src/accounts/store.ts';
import { inTransaction } from '../../src/db/tx.ts';
import { newestMessageTo } from '../../src/messages/enqueue.ts';
import type { SessionView } from '../../src/shared/shapes/shapes.ts';
import type { Instant } from '../../src/shared/time.ts';
import { newAct, type World } from '../../src/world.ts';
import { idNumberOf } from './bureau.ts';

export interface StaffPerson {
  readonly accountId: string;
  readonly organisationId: string;
  readonly login: string;
  readonly password: string;
  /** Base32. */
  readonly totpSecret: string;
  readonly actor: Actor;
}

/** A well-formed social credit code of nobody. @param serial 0 to 99,999,999 */
export function organisationCodeOf(serial: number): string {
  const first17 = `91120199${String(serial).padStart(8, '0')}0`;
  return first17 + organisationCheckCharacterOf(first17);
}

interface Desk {
  readonly capacity: Capacity;
  readonly duty: Duty;
  readonly login?: string;
  readonly idNumber?: string;
  readonly mustChange?: boolean;
}

/** The organisation by its code, or in full. */
export type WantedPerson = Desk &
  (
    | { readonly organisationCode: string; readonly organisation?: undefined }
    | { readonly organisation: Omit<Organisation, 'id'> }
  );

let people = 0;

/** A member of staff who can sign in at once; the organisation is registered when it is not, with that capacity. */
export async function aStaff(world: World, wanted: WantedPerson): Promise<StaffPerson> {
  const { capacity, duty } = wanted;
  const act = newAct(world, 'test:administrator');
  const organisation = wanted.organisation ?? {
    code: wanted.organisationCode,
    name: `测试单位 ${wanted.organisationCode}`,
    capacities: [capacity],
  };
  const organisationCode = organisation.code;
  const organisationId = await anOrganisation(world, organisation);
  people += 1;
  const login = wanted.login ?? `staff-${people}`;
  const password = `correct horse ${people} battery`;
  const { accountId, totpSecret } = await addStaff(world, act, {
    login,
    name: '测试员',
    idNumber: wanted.idNumber ?? idNumberOf(15_000 + people),
    phone: '19900009999',
    grants: [{ organisationCode, capacity, duty }],
    password,
    mustChange: wanted.mustChange ?? false,
  });
  return { accountId, organisationId, login, password, totpSecret, actor: await actorOf(world, accountId) };
}

/** The id of that organisation, which is in the register and has these capacities at least. */
export async function anOrganisation(
  world: World,
  { name, code, capacities }: Omit<Organisation, 'id'>,
): Promise<string> {
  const known = (await organisationsByCode(world.db, [code])).get(code);
  if (!known) {
    const act = newAct(world, 'test:administrator');
    return (await registerOrganisation(world, act, { name, code, capacities })).id;
  }
  await inTransaction(world.db, async tx => addCapacities(tx, world.db, { id: known.id, capacities }));
  return known.id;
}

/** What a signed-in browser holds. */
export interface TestSession {
  /** `zc_session=…`, as it is sent back. */
  readonly cookie: string;
  readonly csrfToken: string;
  readonly view: SessionView;
}

/** @param at the service's present, of which the one-time password is; one sign-in per half minute */
export async function signInStaff(
  url: string,
  staff: Pick<StaffPerson, 'login' | 'password' | 'totpSecret'>,
  at: Instant,
): Promise<TestSession> {
  const code = totpCodeAt(staff.totpSecret, at);
  return sessionIn(
    await post(`${url}/api/sign-in/staff`, { login: staff.login, password: staff.password, code }),
  );
}

/** The holder signs in by the code in the outbox; one sign-in per minute. */
export async function signInHolder(
  url: string,
  world: World,
  person: { idNumber: string; phone: string },
): Promise<TestSession> {
  const sent = await post(`${url}/api/sign-in/holder/code`, person);
  if (sent.status !== 202) throw new Error(`code refused: ${sent.status} ${await sent.text()}`);
  const { requestId } = (await sent.json()) as { requestId: string };
  return sessionIn(
    await post(`${url}/api/sign-in/holder`, { requestId, code: await codeSentTo(world, person.phone) }),
  );
}

/** The code in the newest message to that phone. */
export async function codeSentTo(world: World, phone: string): Promise<string> {
  const text = await newestMessageTo(world, phone);
  const code = /\d{6}/.exec(text ?? '')?.[0];
  if (code === undefined) throw new Error(`no code was sent to ${phone}: ${text}`);
  return code;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON, text of other media types, undefined when empty. */
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Client {
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly put: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly delete: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  /** One file as multipart/form-data, with fields beside it. */
  readonly upload: (path: string, file: TestFile, fields?: Record<string, string>) => Promise<Answer>;
}

export interface TestFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A client that sends the session's cookie and its same-site proof; bytes are sent as they are, the media type by the headers. */
export function client(url: string, session?: Pick<TestSession, 'cookie' | 'csrfToken'>): Client {
  const send = async (
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> | undefined } = {},
  ): Promise<Answer> => {
    const isBytes = body instanceof Uint8Array;
    const own = session ? { cookie: session.cookie, 'x-csrf-token': session.csrfToken } : {};
    const type = body === undefined || isBytes ? {} : { 'content-type': 'application/json' };
    const response = await fetch(url + path, {
      method,
      headers: { ...own, ...type, ...headers },
      ...(body === undefined ? {} : { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
    return answerOf(response);
  };
  return {
    get: async path => send('GET', path),
    post: async (path, body, headers) => send('POST', path, { body, headers }),
    put: async (path, body, headers) => send('PUT', path, { body, headers }),
    delete: async (path, headers) => send('DELETE', path, { headers }),
    upload: async (path, file, fields = {}) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new Blob([Buffer.from(file.bytes)], { type: file.mediaType }), file.name);
      const own = session ? { cookie: session.cookie, 'x-csrf-token': session.csrfToken } : {};
      return answerOf(await fetch(url + path, { method: 'POST', headers: own, body: form }));
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  return { status: response.status, body, headers: response.headers };
}

async function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function sessionIn(response: Response): Promise<TestSession> {
  if (response.status !== 200)
    throw new Error(`sign-in refused: ${response.status} ${await response.text()}`);
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  const view = (await response.json()) as SessionView;
  return { cookie, csrfToken: view.csrfToken, view };
}
