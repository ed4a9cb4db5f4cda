/**
 * What an applicant may not choose: a holder writes for themselves (R32), an employer for its own people (R11), and what an exam body
 * said of a pass stays as it said (R12).
 */
import { normaliseOrganisationCode } from '../accounts/organisation-code.ts';
import { holderAccount } from '../accounts/people/store.ts';
import { normalisePersonId } from '../accounts/person-id.ts';
import { normalisePhone } from '../accounts/phone.ts';
import type { Actor } from '../accounts/role.ts';
import { organisationById } from '../accounts/store.ts';
import { findLevel, TITLE_SERIES } from '../certificate/titles.ts';
import type { World } from '../world.ts';
import type { Application, ApplicationContent } from './application.ts';
import { ContentInvalid } from './check-content.ts';
import { contentOf } from './content.ts';

type Field = keyof ApplicationContent;

/**
 * The holder's content with ID number and reserved phone from their account.
 * @throws ContentInvalid where it says another's
 */
export async function ownContent(
  world: World,
  holder: Actor,
  content: ApplicationContent,
): Promise<ApplicationContent> {
  const account = await holderAccount(world, holder.idNumber);
  const phone = account?.phone ?? '';
  const isOwn: Readonly<Partial<Record<Field, boolean>>> = {
    idNumber: isBlank(content.idNumber) || normalisePersonId(content.idNumber) === holder.idNumber,
    phone: isBlank(content.phone) || phone === '' || normalisePhone(content.phone) === phone,
  };
  demandAll(isOwn, 'IDENTITY_FIXED', '须与您登录所用的证件号码和预留手机一致，请勿填写他人的。');
  return {
    ...content,
    idNumber: holder.idNumber,
    phone: phone === '' ? content.phone : phone,
  };
}

/**
 * The content of an employee, under the employer's own code.
 * @throws ContentInvalid where it names another employer
 */
export async function staffContent(
  world: World,
  employerId: string,
  content: ApplicationContent,
): Promise<ApplicationContent> {
  const employer = await organisationById(world.db, employerId);
  const code = employer?.code ?? '';
  const isOwn = isBlank(content.employerCode) || normaliseOrganisationCode(content.employerCode) === code;
  demandAll({ employerCode: isOwn }, 'EMPLOYER_FIXED', '只能为本单位人员填报，请改为本单位代码。');
  return { ...content, employerCode: code };
}

const OF_THE_PASS: readonly Field[] = [
  'name',
  'gender',
  'idType',
  'idNumber',
  'series',
  'level',
  'qualification',
  'obtainedOn',
  'externalNumber',
];

/**
 * The content with what the exam body said of the pass; everything else is the holder's to write.
 * @throws ContentInvalid where it says something else of the pass
 */
export function passedContent(application: Application, content: ApplicationContent): ApplicationContent {
  const pass = contentOf(application);
  const isKept = OF_THE_PASS.map((field): [Field, boolean] => {
    return [field, isBlank(content[field]) || isSame(field, content[field], pass[field])];
  });
  demandAll(
    Object.fromEntries(isKept),
    'PASS_FIXED',
    '以考试机构的通过名单为准，不能修改；如有错误请联系考试机构。',
  );
  const kept = Object.fromEntries(OF_THE_PASS.map(field => [field, pass[field]]));
  return { ...content, ...kept };
}

/** Series and level may be written by code or by name. */
function isSame(field: Field, written: string, passed: string): boolean {
  switch (field) {
    case 'series':
      return seriesNamed(written) === seriesNamed(passed);
    case 'level':
      return findLevel(written) === findLevel(passed);
    case 'idNumber':
      return normalisePersonId(written) === passed;
    default:
      return written.trim() === passed;
  }
}

function seriesNamed(text: string): string | undefined {
  return TITLE_SERIES.find(({ code, name }) => code === text.trim() || name === text.trim())?.code;
}

function demandAll(fields: Readonly<Partial<Record<Field, boolean>>>, code: string, detail: string): void {
  const faults = Object.entries(fields)
    .filter(([, isRight]) => !isRight)
    .map(([field]) => ({ pointer: `/content/${field}`, code, detail }));
  if (faults.length > 0) throw new ContentInvalid(faults);
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
