/** The month's batch: view, approval, progress; the stop switch. */
import { namesOf } from '../accounts/people/names.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import { BATCH_PARTS, type LookingPlace } from '../applications/batch/store.ts';
import {
  isBatchApproval,
  isIssuanceSwitch,
  type BatchItemPage,
  type BatchList,
  type BatchRelease,
  type BatchSummary,
  type BatchView,
  type IssuanceState,
} from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { approveBatch } from './approve.ts';
import { batchItems } from './batch-items.ts';
import { summariseBatch } from './batch-summary.ts';
import { listBatches, viewBatch } from './batch-view.ts';
import { presentBatch, presentEntry, presentRelease, presentSummary, presentSwitch } from './present.ts';
import { startReleasing } from './release/release.ts';
import type { Switch } from './switch/store.ts';
import { resumeIssuance, stopIssuance, viewIssuance } from './switch/switch.ts';

const TAG = '批次与制证';
const LIMIT = { pattern: '[1-9]|[1-9]\\d|100', description: '每页条数，1 至 100，默认 50' };

export function issuanceRoutes(world: World, api: ServiceApi): void {
  batchRoutes(world, api);
  summaryRoute(world, api);
  approvalRoute(world, api);
  switchRoutes(world, api);
}

function batchRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/batches',
      tag: TAG,
      summary: '列出各月批次',
      description: '市局经办人、复核人、审计员；新的月份在前。',
      answer: { status: 200, shape: 'batch-list', description: '各月件数' },
    },
    async ({ act }): Promise<BatchList> => ({ batches: [...(await listBatches(world, act))] }),
  );
  api.add(
    {
      method: 'get',
      path: '/api/batches/:month',
      tag: TAG,
      summary: '查看一个月的批次',
      description: '市局经办人、复核人、审计员；digest 是可批准各件的摘要，批准时原样送回。',
      answer: { status: 200, shape: 'batch-view', description: '批次与制证进度' },
    },
    async ({ act, params }): Promise<BatchView> =>
      presentBatch(await viewBatch(world, act, params['month'] ?? '')),
  );
  api.add(
    {
      method: 'get',
      path: '/api/batches/:month/items',
      tag: TAG,
      summary: '逐件查看批次，需留意的在前',
      description: '市局经办人、复核人、审计员；附提示和上次办理后变化的各项。',
      query: {
        state: {
          pattern: BATCH_PARTS.join('|'),
          description:
            'unchecked 待核对（默认）、checked 已核对、proposed 拟不予通过、planned 待制证、issued 已制证 之一',
        },
        after: { pattern: '[01]-[0-9a-f]{32}', description: '上一页的 next' },
        limit: LIMIT,
      },
      answer: { status: 200, shape: 'batch-item-page', description: '一页' },
    },
    async ({ act, params, query }): Promise<BatchItemPage> => {
      const part = BATCH_PARTS.find(each => each === query['state']) ?? 'unchecked';
      const wanted = { month: params['month'] ?? '', part, after: toPlace(query['after']) };
      const page = await batchItems(world, act, { ...wanted, limit: Number(query['limit'] ?? 50) });
      return { items: page.entries.map(presentEntry), next: fromPlace(page.next) };
    },
  );
}

function summaryRoute(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/batches/:month/summary',
      tag: TAG,
      summary: '批次的汇总：各上传单位件数，待批准各件的构成',
      description:
        '市局经办人、复核人、审计员；sheet 说的正是其 digest 之下的各件：层级、途径、提示、核对人，及其中有无查看人本人的申请。',
      answer: { status: 200, shape: 'batch-summary', description: '汇总' },
    },
    async ({ act, params }): Promise<BatchSummary> =>
      presentSummary(await summariseBatch(world, act, params['month'] ?? '')),
  );
}

function approvalRoute(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/batches/:month/approve',
      tag: TAG,
      summary: '批准一个月的批次',
      description:
        '市局复核人，不得是其中任何一件的经办人；内容与所见摘要不符时答复 409，同一批准重送得到同一结果。批准后在后台制证。',
      body: { name: 'batch-approval', is: isBatchApproval },
      answer: { status: 200, shape: 'batch-release', description: '批准的结果' },
    },
    async ({ act, params, body }): Promise<BatchRelease> => {
      const release = await approveBatch(world, act, { ...body, month: params['month'] ?? '' });
      void startReleasing(world);
      return presentRelease(release);
    },
  );
}

function switchRoutes(world: World, api: ServiceApi): void {
  const body = { name: 'issuance-switch', is: isIssuanceSwitch };
  const answer = { status: 200, shape: 'issuance-state', description: '制证是否暂停' } as const;
  api.add(
    {
      method: 'get',
      path: '/api/issuance',
      tag: TAG,
      summary: '查看制证是否暂停',
      description: '市局各岗位。',
      answer,
    },
    async ({ act }): Promise<IssuanceState> => switchView(world, await viewIssuance(world, act.by)),
  );
  api.add(
    {
      method: 'post',
      path: '/api/issuance/stop',
      tag: TAG,
      summary: '暂停制证',
      description: '市局经办人、复核人、证书管理岗、管理员；对所有进程即刻生效，正在制的一小组做完为止。',
      body,
      answer,
    },
    async ({ act, body: wanted }): Promise<IssuanceState> =>
      switchView(world, await stopIssuance(world, act, wanted)),
  );
  api.add(
    {
      method: 'post',
      path: '/api/issuance/resume',
      tag: TAG,
      summary: '恢复制证',
      description: '市局复核人；从停下的地方继续。',
      body,
      answer,
    },
    async ({ act, body: wanted }): Promise<IssuanceState> => {
      const thrown = await resumeIssuance(world, act, wanted);
      void startReleasing(world);
      return switchView(world, thrown);
    },
  );
}

async function switchView(world: World, thrown: Switch | undefined): Promise<IssuanceState> {
  const names = await namesOf(world, thrown ? [thrown.accountId] : []);
  return presentSwitch(thrown, names.get(thrown?.accountId ?? '') ?? '');
}

function toPlace(text: string | undefined): LookingPlace | undefined {
  return text === undefined ? undefined : { weight: Number(text.slice(0, 1)), id: text.slice(2) };
}

function fromPlace(place: LookingPlace | undefined): string | null {
  return place === undefined ? null : `${place.weight}-${place.id}`;
}
