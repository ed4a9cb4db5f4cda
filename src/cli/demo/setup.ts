/** The demo's registers and accounts, entered by the product's own verbs; what an earlier run entered is left as it is. */
import { addStaff } from '../../accounts/people/add-staff.ts';
import { actorOf, addAccount, findHolder, staffByLogin } from '../../accounts/people/store.ts';
import { registerOrganisation } from '../../accounts/register/register-organisation.ts';
import type { PersonalAct } from '../../accounts/role.ts';
import { addCapacities, organisationsByCode } from '../../accounts/store.ts';
import { linkEmployer } from '../../accounts/ties/link.ts';
import { addCommittee, addEntitlement } from '../../applications/register/change-register.ts';
import { inTransaction } from '../../db/tx.ts';
import { DomainError } from '../../shared/errors.ts';
import type { Instant } from '../../shared/time.ts';
import { newAct, type World } from '../../world.ts';
import type { Persona } from './personas.ts';
import { demoCommittees, demoEntitlements, demoLinks, demoOrganisations, demoStaff } from './register.ts';

/** The one password and the one secret of every demo account: known to everyone, refused wherever real keys are. */
export const DEMO_PASSWORD = '职证演示-2026-zhicheng';
/** Base32. */
export const DEMO_TOTP_SECRET = 'ZHICHENGDEMOZHICHENGDEMOZHICHENG';

/** Every organisation, link, committee, entitlement and desk of the demo stands. */
export async function setUpDemo(world: World): Promise<void> {
  await registerOrganisations(world);
  for (const staff of demoStaff()) {
    if (await staffByLogin(world, staff.login)) continue;
    const { organisationCode, capacity, duty, ...person } = staff;
    await addStaff(world, newAct(world, 'system:demo'), {
      ...person,
      grants: [{ organisationCode, capacity, duty }],
      password: DEMO_PASSWORD,
      totpSecret: DEMO_TOTP_SECRET,
      mustChange: false,
    });
  }
  const act = await deskAct(world, 'guanli', world.clock());
  for (const link of demoLinks()) await unlessThere(linkEmployer(world, act, link));
  for (const committee of demoCommittees()) await unlessThere(addCommittee(world, act, committee));
  for (const entitlement of demoEntitlements()) await unlessThere(addEntitlement(world, act, entitlement));
}

async function registerOrganisations(world: World): Promise<void> {
  const wanted = demoOrganisations();
  const known = await organisationsByCode(
    world.db,
    wanted.map(each => each.code),
  );
  for (const { name, code, capacities } of wanted) {
    const there = known.get(code);
    if (!there) await registerOrganisation(world, newAct(world, 'system:demo'), { name, code, capacities });
    else await inTransaction(world.db, tx => addCapacities(tx, world.db, { id: there.id, capacities }));
  }
}

async function unlessThere(entering: Promise<unknown>): Promise<void> {
  try {
    await entering;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'REGISTER_CONFLICT') throw error;
  }
}

/** An act of that desk at that instant. */
export async function deskAct(world: World, login: string, at: Instant): Promise<PersonalAct> {
  const found = await staffByLogin(world, login);
  if (!found) throw new RangeError(`demo: no desk ${login}`);
  return actOf(world, found.account.id, at);
}

/** An act of that person at that instant; the account is made when it is not there, with the phone of the story. */
export async function holderAct(world: World, { holder }: Persona, at: Instant): Promise<PersonalAct> {
  const { name, idNumber, idType, mobile: phone } = holder;
  const found = await findHolder(world, idNumber);
  const id = found?.id ?? world.ids();
  if (!found) {
    const account = { id, kind: 'holder', login: undefined, name, idNumber, idType, phone } as const;
    const rest = { phoneSource: 'record', mustChange: false, state: 'active', stateNote: undefined } as const;
    await inTransaction(world.db, tx => addAccount(tx, world, { ...account, ...rest, createdAt: at }));
  }
  return actOf(world, id, at);
}

async function actOf(world: World, accountId: string, at: Instant): Promise<PersonalAct> {
  return { actor: accountId, at, requestId: world.ids(), by: await actorOf(world, accountId) };
}
