/**
 * A bureau at work for the story: the service on a port, a clock that the story moves, the registers filed and every desk staffed through
 * the API by its administrator, and a client for each person that signs in when they must.
 */
import type { ExecutionContext } from 'ava';
import { checkEverything } from '../../src/cli/fsck.ts';
import {
  demoCommittees,
  demoEntitlements,
  demoLinks,
  demoOrganisations,
  demoStaff,
} from '../../src/cli/demo/register.ts';
import { keyMonths, type Persona } from '../../src/cli/demo/personas.ts';
import { startService } from '../../src/service.ts';
import { startOf, type Instant, type Month, type PlainDate } from '../../src/shared/time.ts';
import type { World } from '../../src/world.ts';
import { aBureau } from '../support/bureau.ts';
import type { TestDatabase } from '../support/database.ts';
import {
  aStaff,
  client,
  signInHolder,
  signInStaff,
  type Client,
  type StaffPerson,
} from '../support/people.ts';

/** A day at an hour, Shanghai. */
export function moment(date: PlainDate, hour: number, minute = 0): Instant {
  return startOf(date) + hour * 3600 + minute * 60;
}

export interface Scene {
  readonly at: Instant;
  readonly title: string;
  readonly play: (t: ExecutionContext, bureau: BureauAtWork) => Promise<void>;
}

export interface BureauAtWork {
  readonly world: World;
  readonly url: string;
  /** The clock stands there from now on. */
  readonly goTo: (at: Instant) => void;
  /** Somebody of the staff, signed in. */
  readonly desk: (login: string) => Promise<Client>;
  /** A person, signed in by the code sent to their reserved phone. */
  readonly holder: (persona: Persona) => Promise<Client>;
  /** What `zhicheng fsck` would say. */
  readonly faults: () => Promise<readonly string[]>;
}

export async function aBureauAtWork(
  t: ExecutionContext,
  database: TestDatabase,
  months: readonly Month[] = keyMonths(),
): Promise<BureauAtWork> {
  let now = moment('2020-05-06', 9);
  const world = await aBureau(t, database, { months, clock: () => now });
  const service = await startService(world);
  t.teardown(async () => service.stop());
  const staff = new Map<string, StaffPerson>();
  const signedIn = new Map<string, { client: Client; until: Instant }>();

  const enter = async (who: string, signIn: () => Promise<Client>): Promise<Client> => {
    const known = signedIn.get(who);
    if (known && now < known.until) return known.client;
    now += 61; // a one-time code works once; a phone gets one code a minute
    const fresh = await signIn();
    signedIn.set(who, { client: fresh, until: now + 20 * 60 });
    return fresh;
  };
  const desk = (login: string): Promise<Client> =>
    enter(login, async () => {
      const person = staff.get(login);
      if (!person) throw new RangeError(`no desk ${login}`);
      return client(service.url, await signInStaff(service.url, person, now));
    });
  const holder = ({ id, holder: { idNumber, mobile } }: Persona): Promise<Client> =>
    enter(id, async () =>
      client(service.url, await signInHolder(service.url, world, { idNumber, phone: mobile })),
    );

  await staffTheDesks(world, staff);
  await fillTheRegisters(t, await desk('guanli'));
  return {
    world,
    url: service.url,
    goTo: at => (now = Math.max(now, at)),
    desk,
    holder,
    faults: async () => (await checkEverything(world)).faults,
  };
}

/** The first accounts of an empty service come from the command line's verb; organisations of the desks with them. */
async function staffTheDesks(world: World, staff: Map<string, StaffPerson>): Promise<void> {
  const organisations = demoOrganisations();
  for (const { login, organisationCode, capacity, duty } of demoStaff()) {
    const organisation = organisations.find(each => each.code === organisationCode);
    if (!organisation) throw new RangeError(`desk ${login}: no organisation`);
    staff.set(login, await aStaff(world, { login, organisation, capacity, duty }));
  }
}

async function fillTheRegisters(t: ExecutionContext, administrator: Client): Promise<void> {
  const entries: readonly [path: string, bodies: readonly object[]][] = [
    ['/api/organisation-links', demoLinks()],
    ['/api/committees', demoCommittees()],
    ['/api/entitlements', demoEntitlements()],
  ];
  for (const [path, bodies] of entries) {
    for (const body of bodies) {
      const answer = await administrator.post(path, body);
      t.is(answer.status, 201, `${path} ${JSON.stringify(answer.body)}`);
    }
  }
}
