/** Use copies (加注): made, seen and downloaded by the holder; anybody verifies them like a certificate. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { createIdOf } from '../accounts/signed-in.ts';
import { FILE_FORMATS, FILE_MEDIA_TYPES } from '../certificate/store.ts';
import { answerFile } from '../http/download.ts';
import { ID_PATTERN } from '../http/operation.ts';
import { isUseCopyNew } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { makeUseCopy } from './make-use-copy.ts';
import { ownUseCopies, useCopyFile } from './own-use-copies.ts';
import { useCopyListView, useCopyView } from './views.ts';

const TAG = '加注副本';
const DEFAULT_LIMIT = '50';

export function useCopyRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/me/use-copies',
      tag: TAG,
      summary: '办理加注副本',
      description:
        '持证人本人，限可领取且有效的证书最新版本。用途、提供给谁和有效期印在副本上并另行签名，二维码是副本自己的；同一证书同时有效的最多 3 份，每份最长 90 天，办理后不能撤回，证书撤销、暂停或换发时随之失效。',
      body: { name: 'use-copy-new', is: isUseCopyNew },
      answer: { status: 201, shape: 'use-copy-view', description: '新的加注副本' },
    },
    async ({ ctx, act, body }) => {
      const useCopy = await makeUseCopy(world, act, { ...body, onceId: createIdOf(ctx, act, world) });
      return useCopyView({ useCopy, isUsable: true });
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/use-copies',
      tag: TAG,
      summary: '本人的加注副本',
      description: '自新到旧；下一页以 next 作 before。',
      query: {
        before: { description: '上一页答复中的 next', pattern: ID_PATTERN },
        limit: { description: '每页 1 至 100 项，默认 50', pattern: '[1-9][0-9]?|100' },
      },
      answer: { status: 200, shape: 'use-copy-list', description: '一页加注副本' },
    },
    async ({ act, query: { before, limit = DEFAULT_LIMIT } }) =>
      useCopyListView(await ownUseCopies(world, act, { before, limit: Number(limit) }), Number(limit)),
  );
  api.add(
    {
      method: 'get',
      path: '/api/me/use-copies/:id/file',
      tag: TAG,
      summary: '下载加注副本',
      description: '有效期内，且证书有效、未换发；每次下载记入审计。',
      query: { format: { description: 'png 或 pdf，默认 png', pattern: FILE_FORMATS.join('|') } },
      answer: { status: 200, mediaType: '*/*', description: '副本文件，image/png 或 application/pdf' },
    },
    async ({ ctx, act, params: { id = '' }, query }) => {
      const format = FILE_FORMATS.find(each => each === query['format']) ?? 'png';
      const { name, file } = await useCopyFile(world, act, { id, format });
      answerFile(ctx, { name, mediaType: FILE_MEDIA_TYPES[format] });
      return file;
    },
  );
}
