/** Attachments of applications: add, list, fetch, remove. */
import type { ServiceApi } from '../../accounts/service-api.ts';
import { recordLook } from '../../audit/look.ts';
import { answerFile } from '../../http/download.ts';
import { readUpload } from '../../http/upload.ts';
import { bounded, oneAtOnceEach } from '../../shared/bounded.ts';
import type { AttachmentAdded, AttachmentList, AttachmentView } from '../../shared/shapes/shapes.ts';
import { isoAt } from '../../shared/time.ts';
import type { World } from '../../world.ts';
import { findApplicationFor } from '../find-application.ts';
import { recordLookAt } from '../view-application.ts';
import { MAX_FILE_BYTES, MAX_FILES, PURPOSE_NAMES, type FileRecord } from './attachment.ts';
import { attachFile, getFile, removeFile, type ChangedFiles } from './change-files.ts';
import { bytesOf, filesOf } from './store.ts';

const TAG = '申请附件';
const PLACE = '/api/applications/:id/files';
/** From the first byte read to the last one sealed: what is held in memory is three files before and after. */
const attaching = bounded({ atOnce: 3, waiting: 200 });
/** Of those places nobody takes two: three slow uploads of one person would keep everyone else waiting. */
const attachingOwn = oneAtOnceEach({ waiting: 200 });

export function attachmentRoutes(world: World, api: ServiceApi): void {
  addRoute(world, api);
  api.add(
    {
      method: 'get',
      path: PLACE,
      tag: TAG,
      summary: '列出附件',
      description: '能查看这份申请的人可查看其附件清单。',
      answer: { status: 200, shape: 'attachment-list', description: '附件，先加的在前' },
    },
    async ({ act, params: { id = '' } }) => {
      const application = await findApplicationFor(world, act.by, id);
      await recordLookAt(world, act, { application, action: 'attachments.viewed' });
      return listView(await filesOf(world, application.id));
    },
  );
  api.add(
    {
      method: 'get',
      path: `${PLACE}/:fileId`,
      tag: TAG,
      summary: '下载附件',
      description: '能查看这份申请的人可下载；每次下载都记入审计。',
      answer: { status: 200, mediaType: '*/*', description: '附件本身（PDF、JPG 或 PNG）' },
    },
    async ({ ctx, act, params: { id = '', fileId = '' } }) => {
      const file = await getFile(world, act, { applicationId: id, fileId });
      await recordLook(world, act, [
        { action: 'attachment.downloaded', subject: id, detail: { file: fileId } },
      ]);
      answerFile(ctx, file);
      return bytesOf(world, file);
    },
  );
  api.add(
    {
      method: 'delete',
      path: `${PLACE}/:fileId`,
      tag: TAG,
      summary: '删除附件',
      description: '仅在轮到自己填写或修改时；申请的版本号随之增加。',
      answer: { status: 200, shape: 'attachment-removed', description: '申请的新版本号' },
    },
    async ({ act, params: { id = '', fileId = '' } }) =>
      removeFile(world, act, { applicationId: id, fileId }),
  );
}

function addRoute(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: PLACE,
      tag: TAG,
      summary: '添加附件',
      description:
        `本人、发起的用人单位或组建单位，在轮到自己填写或修改时。只收 PDF、JPG、PNG，每个不超过 10 MB，每份申请不超过 ${MAX_FILES} 个；` +
        '文件会重新生成，去掉拍摄地点、作者等信息。同一文件重复上传只算一次，不需要 Idempotency-Key。',
      upload: {
        mediaType: 'multipart/form-data',
        description: `file：文件；purpose：用途，取 ${Object.entries(PURPOSE_NAMES)
          .map(([code, name]) => `${code}（${name}）`)
          .join('、')}`,
      },
      answer: { status: 201, shape: 'attachment-added', description: '附件与申请的新版本号' },
    },
    async ({ ctx, act, params: { id = '' } }) => {
      const upload = async () => readUpload(ctx, { maxBytes: MAX_FILE_BYTES, maxFields: 1 });
      const attach = async () => attachFile(world, act, { applicationId: id, upload });
      return addedView(await attachingOwn(act.actor, async () => attaching(attach)));
    },
  );
}

function listView(files: readonly FileRecord[]): AttachmentList {
  return { items: files.map(fileView) };
}

function addedView({ file, version }: ChangedFiles): AttachmentAdded {
  return { file: fileView(file), version };
}

function fileView({ id, purpose, name, mediaType, size, addedAt }: FileRecord): AttachmentView {
  return { id, purpose, purposeName: PURPOSE_NAMES[purpose], name, mediaType, size, addedAt: isoAt(addedAt) };
}
