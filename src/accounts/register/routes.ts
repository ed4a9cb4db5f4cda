/** The register of organisations. */
import { isNewCapacity, isNewOrganisation } from '../../shared/shapes/shapes.ts';
import type { World } from '../../world.ts';
import { CAPACITIES, type Capacity } from '../organisation.ts';
import { PAGE_RULES, pageIn } from '../page.ts';
import type { ServiceApi } from '../service-api.ts';
import { createIdOf } from '../signed-in.ts';
import {
  addCapacity,
  registerOrganisation,
  toOrganisationView,
  viewOrganisation,
  viewOrganisations,
} from './register-organisation.ts';

const TAG = '单位';

export function organisationRoutes(world: World, api: ServiceApi): void {
  viewRoutes(world, api);
  changeRoutes(world, api);
}

function viewRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/organisations',
      tag: TAG,
      summary: '查询单位',
      description: '登录即可。',
      query: {
        capacity: { description: '身份', pattern: CAPACITIES.join('|') },
        name: { description: '名称中的几个字', pattern: '[^\\u0000-\\u001f]{1,100}' },
        code: { description: '统一社会信用代码，18 位', pattern: '[0-9A-Za-z]{18}' },
        ...PAGE_RULES,
      },
      answer: { status: 200, shape: 'organisation-list', description: '单位一页' },
    },
    async ({ act, query }) => {
      const capacity = query['capacity'] as Capacity | undefined; // by the pattern above
      const code = query['code']?.toUpperCase();
      return viewOrganisations(world, act, { capacity, name: query['name'], code, page: pageIn(query) });
    },
  );
  api.add(
    {
      method: 'get',
      path: '/api/organisations/:id',
      tag: TAG,
      summary: '查看一个单位',
      description: '登录即可。',
      answer: { status: 200, shape: 'organisation-view', description: '该单位' },
    },
    async ({ act, params }) => viewOrganisation(world, act, params['id'] ?? ''),
  );
}

function changeRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'post',
      path: '/api/organisations',
      tag: TAG,
      summary: '登记单位',
      description: '市局管理员。',
      body: { name: 'new-organisation', is: isNewOrganisation },
      answer: { status: 201, shape: 'organisation-view', description: '已登记的单位' },
    },
    async ({ ctx, act, body }) => {
      const wanted = { ...body, id: createIdOf(ctx, act, world) };
      return toOrganisationView(await registerOrganisation(world, act, wanted));
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/organisations/:id/capacities',
      tag: TAG,
      summary: '增加单位的身份',
      description: '市局管理员。已有的身份不变。',
      body: { name: 'new-capacity', is: isNewCapacity },
      answer: { status: 200, shape: 'organisation-view', description: '变更后的单位' },
    },
    async ({ act, params, body }) => {
      const wanted = { organisationId: params['id'] ?? '', capacity: body.capacity };
      return toOrganisationView(await addCapacity(world, act, wanted));
    },
  );
}
