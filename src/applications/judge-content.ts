/** Asks the registers what the rules of check-content.ts must know, as they stand on the day of the act. */
import { normaliseOrganisationCode } from '../accounts/organisation-code.ts';
import { organisationById, organisationsByCode } from '../accounts/store.ts';
import { departmentOf } from '../accounts/ties/store.ts';
import { displayableIn } from '../certificate/face/glyphs.ts';
import type { Act } from '../shared/act.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { Application, ApplicationContent } from './application.ts';
import { checkContent, type Filed, type JudgedContent } from './check-content.ts';
import { committeesOf, entitlementsOf } from './register/store.ts';

/** True when the certificate's fonts can draw the text. */
export function displayableBy(world: World): (text: string) => boolean {
  return text => displayableIn(text, world.renderer().fonts);
}

/**
 * What the application will say with that content.
 * @throws ContentInvalid (CONTENT_INVALID) with every fault; DomainError ENTITLEMENT_MISSING, SUBMITTING_UNIT_MISSING
 */
export async function judgeContent(
  world: World,
  act: Act,
  { application, content }: { application: Application; content: ApplicationContent },
): Promise<JudgedContent> {
  const { route, course } = application;
  const today = dateAt(act.at);
  const [employerCode, archiveCode] = [content.employerCode, content.archiveCode].map(
    normaliseOrganisationCode,
  );
  const units = await organisationsByCode(world.db, [employerCode ?? '', archiveCode ?? '']);
  const employer = units.get(employerCode ?? '');
  const department = employer && (await departmentOf(world.db, employer.id, today));
  const examBodyId = route === 3 ? course.examBodyId : undefined;
  return checkContent(content, {
    route,
    today,
    policy: application.rarityPolicy,
    displayable: displayableBy(world),
    employer,
    department,
    archive: units.get(archiveCode ?? ''),
    entitlements: route === 2 && employer ? await entitlementsOf(world.db, employer.id) : [],
    examBody: examBodyId === undefined ? undefined : await organisationById(world.db, examBodyId),
    filed: await filedOf(world, application),
  });
}

async function filedOf(world: World, application: Application): Promise<Filed | undefined> {
  const { employer, employerCode, submittingUnit, filedOn } = application;
  if (application.route !== 1 || filedOn === undefined) return undefined;
  const committees = await committeesOf(world.db, { organiserId: application.course.organiserId });
  return { employer, employerCode, submittingUnit, filedOn, committees };
}
