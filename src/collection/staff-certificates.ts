/**
 * The certificates of an employer's own staff (R34): of people who work there today and of nobody else; a leaver is gone the day
 * after the last one. Every look is told to those who were looked at, an export with its reason.
 */
import type { Employment } from '../accounts/organisation.ts';
import { demandNamedGrant, type PersonalAct } from '../accounts/role.ts';
import { maskId } from '../accounts/person-id.ts';
import { employmentsOf } from '../accounts/ties/store.ts';
import type { AuditFact } from '../audit/entry.ts';
import { recordLook } from '../audit/look.ts';
import { LEVEL_NAMES } from '../certificate/level.ts';
import { standingWord } from '../revocation/state.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { toCsv } from '../shared/csv.ts';
import { heldBy, type Held } from './held.ts';

/** Somebody who works there today, and what they hold that may be collected. */
export interface StaffMember {
  readonly employment: Employment;
  readonly held: readonly Held[];
}

export interface StaffPage {
  readonly items: readonly StaffMember[];
  /** Where the next page goes on. */
  readonly next: string | undefined;
}

/** For which of one's grants; none named: the one there is. */
interface Desk {
  readonly grant: string | undefined;
}

/** One page of the staff, in the order in which they were entered. @throws Forbidden */
export async function staffCertificates(
  world: World,
  act: PersonalAct,
  wanted: Desk & { after: string | undefined; limit: number },
): Promise<StaffPage> {
  const { organisationId } = demandNamedGrant(act.by, 'staff-certificates.view', wanted.grant);
  const { after = '', limit } = wanted;
  const staff = await employmentsOf(world, { organisationId, on: dateAt(act.at) });
  const rest = staff.filter(employment => employment.id > after);
  const items = await membersOf(world, act, rest.slice(0, limit));
  const listed = {
    action: 'staff-certificates.listed',
    subject: organisationId,
    detail: { count: items.length },
  };
  const viewed = factsOf('certificate.viewed', items, { organisation: organisationId });
  await recordLook(world, act, [listed, ...viewed]);
  return { items, next: rest.length > limit ? items.at(-1)?.employment.id : undefined };
}

/**
 * All of the staff's certificates as CSV: UTF-8 with BOM, ID numbers masked.
 * @param wanted.reason why, told to everyone in it
 * @throws Forbidden
 */
export async function exportStaffCertificates(
  world: World,
  act: PersonalAct,
  wanted: Desk & { reason: string },
): Promise<{ name: string; csv: Uint8Array }> {
  const { organisationId } = demandNamedGrant(act.by, 'staff-certificates.view', wanted.grant);
  const on = dateAt(act.at);
  const staff = await employmentsOf(world, { organisationId, on });
  const items = await membersOf(world, act, staff);
  const detail = { organisation: organisationId, reason: wanted.reason.trim() };
  const taken = {
    action: 'staff-certificates.exported',
    subject: organisationId,
    detail: { ...detail, count: items.length },
  };
  await recordLook(world, act, [taken, ...factsOf('certificate.exported', items, detail)]);
  return { name: `staff-certificates-${on}.csv`, csv: toCsv([HEAD, ...items.flatMap(rowsOf)]) };
}

async function membersOf(
  world: World,
  act: PersonalAct,
  staff: readonly Employment[],
): Promise<readonly StaffMember[]> {
  const members: StaffMember[] = [];
  for (const employment of staff) {
    const held = await heldBy(world, employment.idNumber, act.at);
    members.push({ employment, held: held.filter(each => each.isCollectable) });
  }
  return members;
}

/** One fact per certificate shown, on its application: its holder is told. */
function factsOf(
  action: string,
  items: readonly StaffMember[],
  detail: Readonly<Record<string, string>>,
): readonly AuditFact[] {
  return items
    .flatMap(({ held }) => held)
    .map(({ application, certificate: { number } }) => ({
      action,
      subject: application.id,
      detail: { ...detail, number },
    }));
}

const HEAD = [
  '姓名',
  '证件号码',
  '证书编号',
  '版本',
  '状态',
  '层级',
  '资格名称',
  '系列',
  '专业',
  '评审机构',
  '取得资格时间',
  '发证日期',
];

function rowsOf({ employment, held }: StaffMember): readonly (readonly string[])[] {
  return held.map(({ application, certificate, state, keyRevokedAt }) => [
    application.name,
    maskId(employment.idNumber),
    certificate.number,
    String(certificate.version),
    standingWord(state, keyRevokedAt),
    LEVEL_NAMES[application.level],
    application.qualification,
    application.series,
    application.specialty,
    application.reviewBody,
    application.obtainedOn,
    dateAt(certificate.issuedAt),
  ]);
}
