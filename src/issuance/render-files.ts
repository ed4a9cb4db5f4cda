/**
 * The certificate as a file: face and QR become the one PNG or PDF, decoded back and compared, and its digest goes on record so that a
 * later comparison can tell the original from a re-conversion (notice: R19–R21, R28).
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { annotatorOf, type Application } from '../applications/application.ts';
import { applicationsById } from '../applications/store.ts';
import type { FaceContent } from '../certificate/face/face.ts';
import { undisplayableIn } from '../certificate/face/glyphs.ts';
import type { Renderer } from '../certificate/render.ts';
import { addFiles, type Certificate, type FileFormat } from '../certificate/store.ts';
import { inSideTransaction } from '../db/tx.ts';
import { findKey } from '../keys/manifest.ts';
import type { Act } from '../shared/act.ts';
import { dateAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { sealedFile } from './seal-file.ts';

export interface RenderedFile {
  readonly certificate: Certificate;
  readonly file: string;
}

export interface RenderOrder {
  readonly renderer: Renderer;
  readonly outDir: string;
  readonly onProgress?: (done: number, all: number) => void;
}

/**
 * Every certificate's PNG stands in the folder as `{number}-{version}.png`, each read back from the finished bytes.
 * @throws DomainError GLYPH_MISSING, FACE_DOES_NOT_FIT, FACE_MISMATCH
 */
export async function renderFiles(
  world: World,
  act: Act,
  order: RenderOrder & { readonly certificates: readonly Certificate[] },
): Promise<readonly RenderedFile[]> {
  mkdirSync(order.outDir, { recursive: true });
  const applications = await applicationsById(
    world,
    order.certificates.map(certificate => certificate.applicationId),
  );
  const rendered: RenderedFile[] = [];
  for (const certificate of order.certificates) {
    const application = applications.get(certificate.applicationId);
    if (!application) throw new RangeError(`certificate ${certificate.id}: its application is gone`);
    const shown = { application, certificate, format: 'png' } as const;
    const png = await fileOf({ ...world, renderer: () => order.renderer }, act, shown);
    const file = join(order.outDir, `${certificate.number}-${certificate.version}.png`);
    await writeFile(file, png);
    rendered.push({ certificate, file });
    order.onProgress?.(rendered.length, order.certificates.length);
  }
  return rendered;
}

/**
 * The certificate's PNG or PDF under the bureau's seal, read back from the finished bytes; its digest is on record.
 * @throws DomainError GLYPH_MISSING, FACE_DOES_NOT_FIT, FACE_MISMATCH, KEYS_MISSING, KEY_UNKNOWN, KEY_RETIRED, KEY_OUTSIDE_WINDOW
 */
export async function fileOf(
  world: World,
  act: Act,
  shown: {
    readonly application: Application;
    readonly certificate: Certificate;
    readonly format: FileFormat;
  },
): Promise<Uint8Array> {
  const { certificate, format } = shown;
  const { manifest } = await world.keys.manifest();
  const isTest = findKey(manifest, Number(certificate.keyId.slice('key-'.length)))?.test === true;
  const content = faceContent(world, { ...shown, isTest });
  const file = await sealedFile(world, act, { content, jwt: certificate.jwt, format });
  await inSideTransaction(world.db, tx =>
    addFiles(tx, world.db, [
      {
        id: world.ids(),
        certificateId: certificate.id,
        kind: format,
        sha256: createHash('sha256').update(file).digest('hex'),
        size: file.length,
        madeAt: act.at,
      },
    ]),
  );
  return file;
}

/** All that the face shows, from the record; the QR text is the certificate's own (R21). */
export function faceContent(
  world: World,
  shown: {
    readonly application: Application;
    readonly certificate: Pick<Certificate, 'number' | 'version' | 'issuedAt' | 'qrText'>;
    readonly isTest: boolean;
    readonly isSpecimen?: boolean;
  },
): FaceContent {
  const { application, certificate, isTest, isSpecimen = false } = shown;
  const { printedName, name, gender, idNumber, submittingUnit, qualification, series, specialty, level } =
    application;
  return {
    issuerName: world.config.issuerName,
    printedName,
    name,
    hasRareCharacters: printedName !== name,
    gender,
    idNumber,
    submittingUnit,
    qualification,
    series,
    specialty,
    level,
    reviewBody: application.reviewBody,
    obtainedOn: application.obtainedOn,
    certificateNumber: certificate.number,
    version: certificate.version,
    issuedOn: dateAt(certificate.issuedAt),
    qrText: certificate.qrText,
    host: new URL(world.issuer.origin).host,
    annotator: annotatorOf(application),
    isTest,
    isSpecimen,
  };
}

/** Characters among the texts to be printed that no font of this renderer has. */
export function unprintableWith(renderer: Renderer): (application: Application) => readonly string[] {
  return ({ printedName, submittingUnit, qualification, series, specialty, reviewBody }) =>
    undisplayableIn(
      [printedName, submittingUnit, qualification, series, specialty, reviewBody].join(''),
      renderer.fonts,
    );
}
