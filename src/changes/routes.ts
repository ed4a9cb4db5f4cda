/** Proposals to change certificates, and their confirmation by another person. */
import type { ServiceApi } from '../accounts/service-api.ts';
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import { recordLook } from '../audit/look.ts';
import { manualReadings } from '../applications/roster/cells.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { DomainError } from '../shared/errors.ts';
import {
  isChangeDecision,
  isChangeWanted,
  type ChangeDecision,
  type ChangeView,
  type ChangeWanted,
} from '../shared/shapes/shapes.ts';
import { isoAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { decideChange } from './decide.ts';
import type { Proposal, Wanted } from './proposal.ts';
import { propose } from './propose.ts';
import { newestProposals } from './store.ts';

const TAG = '证书变更';
const LISTED = 100;

export function changeRoutes(world: World, api: ServiceApi): void {
  api.add<ChangeWanted>(
    {
      method: 'post',
      path: '/api/certificates/:number/changes',
      tag: TAG,
      summary: '提议变更一张证书',
      description: '经办人提议暂停、恢复、撤销、注销或更正；复核人或撤销专员确认后生效。',
      body: { name: 'change-wanted', is: isChangeWanted },
      answer: { status: 201, shape: 'change-view', description: '待另一人确认的提议' },
    },
    async ({ act, body, params }) =>
      view(await propose(world, act, { id: world.ids(), wanted: wantedOf(params['number'] ?? '', body) })),
  );
  api.add<ChangeDecision>(
    {
      method: 'post',
      path: '/api/changes/:id/decision',
      tag: TAG,
      summary: '确认或不予确认一项变更提议',
      description: '须由提议人以外的复核人或撤销专员办理；确认即生效，状态列表随后发布。',
      body: { name: 'change-decision', is: isChangeDecision },
      answer: { status: 200, shape: 'change-view', description: '已办结的提议' },
    },
    async ({ act, body, params }) =>
      view(await decideChange(world, act, { id: params['id'] ?? '', ...body })),
  );
  api.add(
    {
      method: 'get',
      path: '/api/changes',
      tag: TAG,
      summary: '变更提议，最近的在前',
      query: {
        number: { description: '证书编号', pattern: '[A-E]\\d{13}' },
        state: { description: '状态：open、confirmed、refused', pattern: 'open|confirmed|refused' },
      },
      answer: { status: 200, shape: 'change-list', description: '至多 100 项' },
    },
    async ({ act, query }) => listFor(world, act, query),
  );
}

async function listFor(
  world: World,
  act: PersonalAct,
  { number, state }: Readonly<Record<string, string | undefined>>,
): Promise<{ items: readonly ChangeView[] }> {
  demandMay(act.by, 'change.view');
  const proposals = await newestProposals(world.db, { number, state, limit: LISTED });
  const detail = { proposals: proposals.length, number: number ?? null };
  await recordLook(world, act, [{ action: 'changes.listed', subject: 'changes', detail }]);
  return { items: proposals.map(view) };
}

function wantedOf(given: string, body: ChangeWanted): Wanted {
  const number = parseCertificateNumber(given);
  if (!number)
    throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号（字母加 13 位数字）。');
  const { kind, reason = '', document, until: untilDate } = body;
  if (kind !== 'CORRECT') return { kind, order: { number, change: kind, reason, document, untilDate } };
  const { name, namePinyin = '', proof } = body;
  if (name === undefined || proof === undefined)
    throw new DomainError('BODY_INVALID', '更正须填写更正后的姓名（name）和已核验的证明（proof）。');
  const readings = namePinyin === '' ? undefined : manualReadings(namePinyin, name);
  if (readings && !readings.ok) throw new DomainError('BODY_INVALID', readings.fault.detail);
  const byHand = readings ? { readings: Object.fromEntries(readings.value) } : {};
  return { kind, order: { number, name, proof, ...byHand } };
}

function view({ wanted, ...proposal }: Proposal): ChangeView {
  const { decidedAt, decidedBy, note } = proposal;
  const { id, number, state, proposedBy, proposedAt } = proposal;
  const said =
    wanted.kind === 'CORRECT'
      ? { name: wanted.order.name, proof: wanted.order.proof }
      : { reason: wanted.order.reason, document: wanted.order.document, until: wanted.order.untilDate };
  const decided = { decidedBy, decidedAt: decidedAt === undefined ? undefined : isoAt(decidedAt), note };
  const known = Object.entries({ ...said, ...decided }).filter(([, value]) => value !== undefined);
  return {
    id,
    number,
    kind: wanted.kind,
    state,
    proposedBy,
    proposedAt: isoAt(proposedAt),
    ...(Object.fromEntries(known) as Partial<ChangeView>),
  };
}
