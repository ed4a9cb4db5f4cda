/** Committees and entitlements: who may judge what. */
import type { Organisation } from '../../accounts/organisation.ts';
import { demandMay } from '../../accounts/role.ts';
import type { ServiceApi } from '../../accounts/service-api.ts';
import { allOrganisations } from '../../accounts/store.ts';
import type { Operation } from '../../http/operation.ts';
import {
  isCommitteeNew,
  isEntitlementNew,
  isLastDay,
  type CommitteeView,
  type EntitlementView,
  type LastDay,
  type OrganisationView,
} from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import { addCommittee, addEntitlement, endCommittee, endEntitlement } from './change-register.ts';
import type { Committee, Entitlement } from './register.ts';
import { committeesOf, entitlementsOf } from './store.ts';

const TAG = '评审与聘任登记';
const ID = '[0-9a-f]{32}';
const ADMINISTRATOR = '市局管理员。';

export function registerRoutes(world: World, api: ServiceApi): void {
  committeeRoutes(world, api);
  entitlementRoutes(world, api);
}

function committeeRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/committees',
      tag: TAG,
      summary: '查询备案的评审委员会',
      description: '登录后可用；名称须为全称。',
      query: {
        name: { description: '评审委员会全称', pattern: '.{1,100}' },
        organiser: { description: '组建单位编号', pattern: ID },
      },
      answer: { status: 200, shape: 'committee-list', description: '按登记先后' },
    },
    async ({ act, query }) => {
      demandMay(act.by, 'register.view');
      const found = await committeesOf(world.db, { name: query['name'], organiserId: query['organiser'] });
      const units = await unitsOf(world);
      return { committees: found.map(committee => committeeView(committee, units)) };
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/committees',
      tag: TAG,
      summary: '登记评审委员会',
      description: `${ADMINISTRATOR}备案文号不得重复。`,
      body: { name: 'committee-new', is: isCommitteeNew },
      answer: { status: 201, shape: 'committee-view', description: '登记的评审委员会' },
    },
    async ({ act, body }) => committeeView(await addCommittee(world, act, body), await unitsOf(world)),
  );
  api.add(ending('committees', '终止评审委员会的备案'), async ({ act, params, body }) => {
    const ended = await endCommittee(world, act, { id: params['id'] ?? '', to: body.to });
    return committeeView(ended, await unitsOf(world));
  });
}

function entitlementRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/entitlements',
      tag: TAG,
      summary: '查询自主聘任资格',
      description: '登录后可用。',
      query: { organisation: { description: '用人单位编号', pattern: ID } },
      answer: { status: 200, shape: 'entitlement-list', description: '按登记先后' },
    },
    async ({ act, query }) => {
      demandMay(act.by, 'register.view');
      const found = await entitlementsOf(world.db, query['organisation']);
      const units = await unitsOf(world);
      return { entitlements: found.map(entitlement => entitlementView(entitlement, units)) };
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/entitlements',
      tag: TAG,
      summary: '登记自主聘任资格',
      description: `${ADMINISTRATOR}不写层级即中级、助理级、员级；正高级、副高级须写明。`,
      body: { name: 'entitlement-new', is: isEntitlementNew },
      answer: { status: 201, shape: 'entitlement-view', description: '登记的自主聘任资格' },
    },
    async ({ act, body }) => entitlementView(await addEntitlement(world, act, body), await unitsOf(world)),
  );
  api.add(ending('entitlements', '终止自主聘任资格'), async ({ act, params, body }) => {
    const ended = await endEntitlement(world, act, { id: params['id'] ?? '', to: body.to });
    return entitlementView(ended, await unitsOf(world));
  });
}

function ending(register: 'committees' | 'entitlements', summary: string): Operation<LastDay> {
  const shape = register === 'committees' ? 'committee-view' : 'entitlement-view';
  return {
    method: 'post',
    path: `/api/${register}/:id/end`,
    tag: TAG,
    summary,
    description: `${ADMINISTRATOR}to 是有效的最后一日；此前取得的资格不受影响。`,
    body: { name: 'last-day', is: isLastDay },
    answer: { status: 200, shape, description: '终止后的登记' },
  };
}

type Units = ReadonlyMap<string, Organisation>;

async function unitsOf(world: World): Promise<Units> {
  return new Map((await allOrganisations(world.db)).map(unit => [unit.id, unit]));
}

function unitView(units: Units, id: string): OrganisationView {
  const unit = units.get(id);
  return {
    id,
    name: unit?.name ?? '',
    code: unit?.code ?? '',
    capacities: [...(unit?.capacities ?? [])],
  };
}

function committeeView(committee: Committee, units: Units): CommitteeView {
  const { id, filingNumber, name, subtype, organiserId, seriesCodes, levels, from, to } = committee;
  return {
    id,
    filingNumber,
    name,
    subtype,
    seriesCodes: [...seriesCodes],
    levels: [...levels],
    from,
    to: to ?? null,
    organiser: unitView(units, organiserId),
  };
}

function entitlementView(entitlement: Entitlement, units: Units): EntitlementView {
  const { id, organisationId, seriesCode, levels, document, from, to } = entitlement;
  return {
    id,
    seriesCode,
    document,
    from,
    levels: [...levels],
    to: to ?? null,
    organisation: unitView(units, organisationId),
  };
}
