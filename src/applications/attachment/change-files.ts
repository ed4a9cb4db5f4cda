/**
 * Files are added and removed while the application is being written, by whose turn it is (domain §5.1, §5.3). Either changes the
 * application: its version rises, so that nobody decides on papers they have not seen.
 */
import { createHash } from 'node:crypto';
import { demandMay, type PersonalAct } from '../../accounts/role.ts';
import { record } from '../../audit/record.ts';
import type { Tx } from '../../db/connect.ts';
import { inTransaction } from '../../db/tx.ts';
import type { Upload } from '../../http/upload.ts';
import { DomainError } from '../../shared/errors.ts';
import type { World } from '../../world.ts';
import type { Application, ApplicationState } from '../application.ts';
import { demandTurn, WrongState } from '../change.ts';
import { lockApplications, stepApplications } from '../store.ts';
import { ApplicationNotFound, findApplicationFor } from '../find-application.ts';
import { isPurpose, MAX_FILES, type FileRecord, type MediaType } from './attachment.ts';
import { clean } from './clean.ts';
import { addFile, deleteFile, filesOf, findFile } from './store.ts';

const MAY_ADD: readonly ApplicationState[] = ['DRAFT', 'RETURNED'];
const MAY_REMOVE: readonly ApplicationState[] = [...MAY_ADD, 'AWAITING_APPLICATION'];

export interface ChangedFiles {
  readonly file: FileRecord;
  /** The application's version from now on. */
  readonly version: number;
}

/**
 * The uploaded file, made anew, is one of the application's; the same file again is the one that is there already.
 * @param upload reads the upload; called only for those who may add it
 * @throws Forbidden, ApplicationNotFound, WrongState, AttachmentRefused; DomainError TOO_MANY_FILES, BAD_REQUEST and what `upload` throws
 */
export async function attachFile(
  world: World,
  act: PersonalAct,
  wanted: { applicationId: string; upload: () => Promise<Upload> },
): Promise<ChangedFiles> {
  demandMay(act.by, 'application.attach');
  const application = await findApplicationFor(world, act.by, wanted.applicationId);
  demandOpen(act, application, MAY_ADD);

  const { file: sent, fields } = await wanted.upload();
  const { purpose } = fields;
  if (!isPurpose(purpose)) throw new DomainError('BAD_REQUEST', '请填写附件用途 purpose，取值见接口说明。');
  const sha256 = createHash('sha256').update(sent.bytes).digest('hex');
  const known = (await filesOf(world, application.id)).find(file => file.sha256 === sha256);
  if (known)
    return { file: known, version: (await findApplicationFor(world, act.by, application.id)).course.version };
  const made = await cleanedOnce(`${application.id} ${sha256}`, () => clean(sent.bytes, sent.mediaType));
  const file: FileRecord = {
    id: world.ids(),
    applicationId: application.id,
    purpose,
    name: nameFor(sent.name, made.mediaType),
    mediaType: made.mediaType,
    size: made.bytes.length,
    sha256,
    addedAt: act.at,
    addedBy: act.by.accountId,
  };
  return kept(world, act, { file, bytes: made.bytes });
}

type Made = Awaited<ReturnType<typeof clean>>;
const underWay = new Map<string, Promise<Made>>();

/** The same file sent again while it is being made anew waits for that, instead of taking a place of its own. */
function cleanedOnce(key: string, make: () => Promise<Made>): Promise<Made> {
  const running = underWay.get(key);
  if (running) return running;
  const making = make().finally(() => underWay.delete(key));
  underWay.set(key, making);
  return making;
}

async function kept(
  world: World,
  act: PersonalAct,
  { file, bytes }: { file: FileRecord; bytes: Uint8Array },
): Promise<ChangedFiles> {
  return inTransaction(world.db, async tx => {
    const application = await locked({ tx, world }, file.applicationId);
    const files = await filesOf(world, application.id, tx);
    const same = files.find(each => each.sha256 === file.sha256);
    if (same) return { file: same, version: application.course.version };
    demandOpen(act, application, MAY_ADD);
    if (files.length >= MAX_FILES)
      throw new DomainError(
        'TOO_MANY_FILES',
        `附件最多 ${MAX_FILES} 个，请先删去不需要的，或合并成一个 PDF。`,
      );
    await addFile(tx, world, { file, bytes });
    const detail = { file: file.id, purpose: file.purpose, mediaType: file.mediaType, size: file.size };
    const version = await stepped({ tx, world }, act, { application, action: 'attachment.added', detail });
    return { file, version };
  });
}

/**
 * The file is gone for good.
 * @throws Forbidden, ApplicationNotFound, WrongState; DomainError NOT_FOUND for a file that is not there
 */
export async function removeFile(
  world: World,
  act: PersonalAct,
  { applicationId, fileId }: { applicationId: string; fileId: string },
): Promise<{ version: number }> {
  demandMay(act.by, 'application.attach');
  await getFile(world, act, { applicationId, fileId });

  return inTransaction(world.db, async tx => {
    const application = await locked({ tx, world }, applicationId);
    demandOpen(act, application, MAY_REMOVE);
    const file = (await filesOf(world, applicationId, tx)).find(each => each.id === fileId);
    if (!file) throw fileNotFound();
    await deleteFile(tx, world.db, fileId);
    const detail = { file: fileId, purpose: file.purpose, sha256: file.sha256 };
    const version = await stepped({ tx, world }, act, { application, action: 'attachment.removed', detail });
    return { version };
  });
}

/** The file, for whoever may see its application. @throws ApplicationNotFound; DomainError NOT_FOUND */
export async function getFile(
  world: World,
  act: PersonalAct,
  wanted: { applicationId: string; fileId: string },
): Promise<FileRecord> {
  await findApplicationFor(world, act.by, wanted.applicationId);
  const file = await findFile(world, wanted);
  if (!file) throw fileNotFound();
  return file;
}

interface Scope {
  readonly tx: Tx;
  readonly world: World;
}

async function locked({ tx, world }: Scope, id: string): Promise<Application> {
  const application = (await lockApplications(tx, world, [id])).get(id);
  if (!application) throw new ApplicationNotFound();
  return application;
}

function demandOpen(act: PersonalAct, application: Application, states: readonly ApplicationState[]): void {
  if (!states.includes(application.state)) throw new WrongState(application);
  demandTurn(act.by, application);
}

/** The application stands where it stood, under the next version, and the audit says why. */
async function stepped(
  { tx, world }: Scope,
  act: PersonalAct,
  change: { application: Application; action: string; detail: Record<string, string | number> },
): Promise<number> {
  const { id, state, course } = change.application;
  await stepApplications(tx, world.db, { ids: [id], step: { state, turn: course.turn, at: act.at } });
  const version = course.version + 1;
  const detail = { ...change.detail, version };
  await record({ tx, db: world.db }, act, [{ action: change.action, subject: id, detail }]);
  return version;
}

const ENDINGS: Readonly<Record<MediaType, RegExp>> = {
  'application/pdf': /\.pdf$/i,
  'image/jpeg': /\.jpe?g$/i,
  'image/png': /\.png$/i,
};

/** A name never promises another kind of file than it is. */
function nameFor(name: string, mediaType: MediaType): string {
  if (ENDINGS[mediaType].test(name)) return name;
  return `${name}.${mediaType.slice(mediaType.indexOf('/') + 1)}`;
}

function fileNotFound(): DomainError {
  return new DomainError('NOT_FOUND', '没有找到这个附件，请刷新页面核对。');
}
