/** Proposals to change certificates, and their confirmation by another person. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { recordLook } from '../audit/look.ts';
import { publishAtOnce } from '../revocation/publish.ts';
import {
  isChangeDecision,
  isChangeWanted,
  type ChangeDecision,
  type ChangeView,
  type ChangeWanted,
} from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { decideChange } from './decide.ts';
import { certificateRecord } from './certificate-record.ts';
import { PROPOSAL_STATES, type Proposal } from './proposal.ts';
import { propose } from './propose.ts';
import { newestProposals } from './store.ts';
import { changeViews, recordView } from './views.ts';
import { wantedOf } from './wanted.ts';
import { withdrawChange } from './withdraw.ts';

const TAG = '证书变更';
const LISTED = 100;

export function changeRoutes(world: World, api: ServiceApi): void {
  api.add<ChangeWanted>(
    {
      method: 'post',
      path: '/api/certificates/:number/changes',
      tag: TAG,
      summary: '提议变更一张证书',
      description: '经办人提议暂停、延长暂停、恢复、撤销、注销或更正；复核人或撤销专员确认后生效。',
      body: { name: 'change-wanted', is: isChangeWanted },
      answer: { status: 201, shape: 'change-view', description: '待另一人确认的提议' },
    },
    async ({ act, body, params }) =>
      viewOf(
        world,
        await propose(world, act, { id: world.ids(), wanted: wantedOf(params['number'] ?? '', body) }),
      ),
  );
  api.add<ChangeDecision>(
    {
      method: 'post',
      path: '/api/changes/:id/decision',
      tag: TAG,
      summary: '确认或不予确认一项变更提议',
      description:
        '须由提议人以外的复核人或撤销专员办理，确认时写明所见提议的摘要；确认即生效，状态列表随即发布。提议之后证书有变化的，不能再确认。',
      body: { name: 'change-decision', is: isChangeDecision },
      answer: { status: 200, shape: 'change-view', description: '已办结的提议' },
    },
    async ({ act, body, params }) => {
      const decided = await decideChange(world, act, { id: params['id'] ?? '', ...body });
      if (decided.state === 'confirmed') await publishAtOnce(world, act, decided.number);
      return viewOf(world, decided);
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/changes/:id/withdrawal',
      tag: TAG,
      summary: '撤回自己的变更提议',
      description: '提议人，在办结之前；证书保持现状，可以重新提议。',
      answer: { status: 200, shape: 'change-view', description: '已撤回的提议' },
    },
    async ({ act, params }) => viewOf(world, await withdrawChange(world, act, { id: params['id'] ?? '' })),
  );
  lookRoutes(world, api);
}

function lookRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/changes',
      tag: TAG,
      summary: '变更提议，最近的在前',
      query: {
        number: { description: '证书编号', pattern: '[A-E]\\d{13}' },
        state: {
          description: '状态：open、confirmed、refused、withdrawn',
          pattern: PROPOSAL_STATES.join('|'),
        },
      },
      answer: { status: 200, shape: 'change-list', description: '至多 100 项' },
    },
    async ({ act, query }) => listFor(world, act, query),
  );
  api.add(
    {
      method: 'get',
      path: '/api/certificates/:number/record',
      tag: TAG,
      summary: '一张证书的全部',
      description: '市局经办人、复核人、撤销专员、审计员；证件号码部分遮盖，每次查看记入审计并告知持证人。',
      answer: { status: 200, shape: 'certificate-record', description: '现状、各版本及变更、变更提议' },
    },
    async ({ act, params }) =>
      recordView(world, act, await certificateRecord(world, act, params['number'] ?? '')),
  );
}

async function viewOf(world: World, proposal: Proposal): Promise<ChangeView | undefined> {
  return (await changeViews(world, [proposal]))[0];
}

async function listFor(
  world: World,
  act: PersonalAct,
  { number, state }: Readonly<Record<string, string | undefined>>,
): Promise<{ items: readonly ChangeView[] }> {
  demandMay(act.by, 'change.view');
  const proposals = await newestProposals(world, { number, state, limit: LISTED });
  const detail = { proposals: proposals.length, number: number ?? null };
  await recordLook(world, act, [{ action: 'changes.listed', subject: 'changes', detail }]);
  return { items: await changeViews(world, proposals) };
}
