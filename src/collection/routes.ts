/** Collection by the holder, the employer's own staff, and the specimen for those who check. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { FILE_FORMATS, FILE_MEDIA_TYPES } from '../certificate/store.ts';
import { answerFile } from '../http/download.ts';
import { isStaffCertificateExport } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { collect, getOwn, ownCertificates } from './collect.ts';
import { preview } from './preview.ts';
import { exportStaffCertificates, staffCertificates } from './staff-certificates.ts';
import { certificateView, listView, staffView } from './views.ts';

const OWN = '本人证书';
const STAFF = '本单位人员证书';
const GRANT = { description: '以哪一项任职办理，32 位十六进制', pattern: '[0-9a-f]{32}' };

export function collectionRoutes(world: World, api: ServiceApi): void {
  ownRoutes(world, api);
  staffRoutes(world, api);
  api.add(
    {
      method: 'get',
      path: '/api/applications/:id/preview',
      tag: '核对',
      summary: '查看样张',
      description: '市局经办、复核人员查看已上传、核对中申请的证书样张；不占用编号，二维码不能通过查验。',
      answer: { status: 200, mediaType: 'image/png', description: '标有“样张”的图片' },
    },
    async ({ ctx, act, params: { id = '' } }) => {
      const png = await preview(world, act, id);
      answerFile(ctx, { name: `specimen-${id}.png`, mediaType: 'image/png' });
      return png;
    },
  );
}

function ownRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/me/certificates',
      tag: OWN,
      summary: '查询本人的证书',
      description: '领取日之前只显示“制证中”和可领取的日期；已暂停、撤销、注销的，随时显示原因和救济途径。',
      answer: { status: 200, shape: 'collection-list', description: '本人的全部证书' },
    },
    async ({ act }) => listView(await ownCertificates(world, act)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/certificates/:number',
      tag: OWN,
      summary: '查看本人的一张证书',
      answer: { status: 200, shape: 'collection-certificate', description: '证书内容与状态' },
    },
    async ({ act, params: { number = '' } }) => certificateView(await getOwn(world, act, number)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/certificates/:number/file',
      tag: OWN,
      summary: '下载证书',
      description:
        '最新版本的原始电子文件，可打印，带发证机关的文件签章，可用 POST /api/files/check 或查验网页辨别；首次下载时间登记在案，每次下载记入审计。',
      query: { format: { description: 'png 或 pdf，默认 png', pattern: FILE_FORMATS.join('|') } },
      answer: { status: 200, mediaType: '*/*', description: '证书文件，image/png 或 application/pdf' },
    },
    async ({ ctx, act, params: { number = '' }, query }) => {
      const format = FILE_FORMATS.find(each => each === query['format']) ?? 'png';
      const { name, file } = await collect(world, act, { number, format });
      answerFile(ctx, { name, mediaType: FILE_MEDIA_TYPES[format] });
      return file;
    },
  );
}

function staffRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/staff-certificates',
      tag: STAFF,
      summary: '查询本单位在职人员的证书',
      description: '用人单位。离职次日起不再显示；每次查询都记入审计，本人可见。',
      query: {
        grant: GRANT,
        after: { description: '上一页的 next', pattern: '[0-9a-f]{32}' },
        limit: { description: '每页人数，1 至 100，默认 20', pattern: '[1-9][0-9]?|100' },
      },
      answer: { status: 200, shape: 'staff-certificate-page', description: '一页在职人员' },
    },
    async ({ act, query: { grant, after, limit = '20' } }) =>
      staffView(await staffCertificates(world, act, { grant, after, limit: Number(limit) })),
  );
  api.add(
    {
      method: 'post',
      path: '/api/staff-certificates/export',
      tag: STAFF,
      summary: '导出本单位在职人员的证书',
      description: '用人单位，须写明理由；逐人记入审计，本人可见。',
      body: { name: 'staff-certificate-export', is: isStaffCertificateExport },
      answer: { status: 200, mediaType: 'text/csv', description: 'CSV，UTF-8 带 BOM' },
    },
    async ({ ctx, act, body: { grant, reason } }) => {
      const { name, csv } = await exportStaffCertificates(world, act, { grant, reason });
      answerFile(ctx, { name, mediaType: 'text/csv; charset=utf-8' });
      return csv;
    },
  );
}
