/**
 * What the certificate will look like, for those who check and approve: marked 样张, under a number that is never given, with a code
 * that never verifies (domain §5.3). Spends nothing and keeps nothing but the look in the audit.
 */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import type { ApplicationState } from '../applications/application.ts';
import { WrongState } from '../applications/change.ts';
import { findApplicationFor } from '../applications/find-application.ts';
import { recordLook } from '../audit/look.ts';
import { faceContent } from '../issuance/render-files.ts';
import type { World } from '../world.ts';
import { rendering } from './collect.ts';

const PREVIEWED: readonly ApplicationState[] = ['UPLOADED', 'BUREAU_CHECK'];
/** As many as the code of a long certificate has, so that the page is as full; form 00 is none. */
const SPECIMEN_DIGITS = '0'.repeat(400);

/** The text of a specimen's code: the verify page, and nothing to verify. */
export function specimenQrText(origin: string): string {
  return `${origin}/v#${SPECIMEN_DIGITS}`;
}

/** PNG of the specimen. @throws Forbidden, ApplicationNotFound, WrongState; DomainError GLYPH_MISSING, FACE_DOES_NOT_FIT */
export async function preview(world: World, act: PersonalAct, applicationId: string): Promise<Uint8Array> {
  demandMay(act.by, 'certificate.preview');
  const application = await findApplicationFor(world, act.by, applicationId);
  if (!PREVIEWED.includes(application.state)) throw new WrongState(application);

  const { root } = await world.keys.manifest();
  const content = faceContent(world, {
    application,
    certificate: {
      number: `${application.level}${'0'.repeat(13)}`,
      version: 1,
      issuedAt: act.at,
      qrText: specimenQrText(world.issuer.origin),
    },
    isTest: root.test === true,
    isSpecimen: true,
  });
  const png = await rendering(async () => world.renderer().renderChecked(content));
  const detail = { version: application.course.version };
  await recordLook(world, act, [{ action: 'certificate-preview.viewed', subject: application.id, detail }]);
  return png;
}
