/** What the page of a use copy shows: the certificate's own content, its band, and its own code; never the certificate's code. */
import type { FaceContent } from '../certificate/face/face.ts';
import type { Held } from '../collection/held.ts';
import { faceContent } from '../issuance/render-files.ts';
import { findKey } from '../keys/manifest.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import type { UseCopy } from './use-copy.ts';

/** @param held the certificate whose copy it is */
export async function copyFaceContent(
  world: World,
  { application, certificate }: Pick<Held, 'application' | 'certificate'>,
  useCopy: UseCopy,
): Promise<FaceContent> {
  const { use, qrText, copy, validThrough, madeAt } = useCopy;
  const { manifest } = await world.keys.manifest();
  const isTest = findKey(manifest, Number(useCopy.keyId.slice('key-'.length)))?.test === true;
  const shown = { application, certificate: { ...certificate, qrText }, isTest };
  return { ...faceContent(world, shown), use: { ...use, validThrough, madeOn: dateAt(madeAt), copy } };
}
