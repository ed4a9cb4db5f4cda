/** Which department an employer stands under, and who works for whom. */
import type { OrganisationLink } from '../organisation.ts';
import { isLastDay, isNewEmployment, isNewOrganisationLink } from '../../shared/shapes/shapes.ts';
import { ID_PATTERN } from '../../http/operation.ts';
import type { World } from '../../world.ts';
import { PAGE_RULES, pageIn } from '../page.ts';
import type { ServiceApi } from '../service-api.ts';
import { createIdOf } from '../signed-in.ts';
import { enterEmployment, leaveEmployment, viewEmployments } from './employment.ts';
import type { KnownPeople } from '../sign-in/request-code.ts';
import { linkEmployer, toLinkViews, unlinkEmployer, viewLinks } from './link.ts';
import { ownEmployments } from './own-employments.ts';

const TAG = '单位';
const ADMINISTRATOR = '市局管理员。';
const EMPLOYER = '用人单位经办人，限本单位。';

export function tieRoutes(world: World, api: ServiceApi, people: KnownPeople): void {
  linkRoutes(world, api);
  employmentRoutes(world, api, people);
  ownRoute(world, api);
}

function linkRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/organisation-links',
      tag: TAG,
      summary: '查询隶属关系',
      description: '登录即可。',
      query: {
        employer: { description: '用人单位 id', pattern: ID_PATTERN },
        department: { description: '业务主管部门或档案存放机构 id', pattern: ID_PATTERN },
        ...PAGE_RULES,
      },
      answer: { status: 200, shape: 'organisation-link-list', description: '隶属关系一页' },
    },
    async ({ act, query }) => {
      const ends = { employerId: query['employer'], departmentId: query['department'] };
      return viewLinks(world, act, { ...ends, page: pageIn(query) });
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/organisation-links',
      tag: TAG,
      summary: '登记隶属关系',
      description: `${ADMINISTRATOR}一个用人单位同时只有一个业务主管部门或档案存放机构。`,
      body: { name: 'new-organisation-link', is: isNewOrganisationLink },
      answer: { status: 201, shape: 'organisation-link-view', description: '已登记的隶属关系' },
    },
    async ({ ctx, act, body }) => {
      const wanted = { ...body, id: createIdOf(ctx, act, world) };
      return linkView(world, await linkEmployer(world, act, wanted));
    },
  );
  api.add(
    {
      method: 'post',
      path: '/api/organisation-links/:id/end',
      tag: TAG,
      summary: '终止隶属关系',
      description: `${ADMINISTRATOR}所填日期为最后一日。`,
      body: { name: 'last-day', is: isLastDay },
      answer: { status: 200, shape: 'organisation-link-view', description: '已终止的隶属关系' },
    },
    async ({ act, params, body }) =>
      linkView(world, await unlinkEmployer(world, act, { linkId: params['id'] ?? '', to: body.to })),
  );
}

function employmentRoutes(world: World, api: ServiceApi, people: KnownPeople): void {
  api.add(
    {
      method: 'get',
      path: '/api/employments',
      tag: TAG,
      summary: '查询本单位人员',
      description: EMPLOYER,
      query: {
        grant: { description: '以哪一项任职办理；不写为全部', pattern: '[0-9a-f]{32}' },
        current: { description: 'true 为只看今天在职的', pattern: 'true|false' },
        ...PAGE_RULES,
      },
      answer: { status: 200, shape: 'employment-list', description: '在职关系一页' },
    },
    async ({ act, query }) =>
      viewEmployments(world, act, {
        grant: query['grant'],
        current: query['current'] === 'true',
        page: pageIn(query),
      }),
  );
  api.add(
    {
      method: 'post',
      path: '/api/employments',
      tag: TAG,
      summary: '登记在职人员',
      description: `${EMPLOYER}本人会收到短信，并可在自己的账号中看到。`,
      body: { name: 'new-employment', is: isNewEmployment },
      answer: { status: 201, shape: 'employment-view', description: '已登记的在职关系' },
    },
    async ({ ctx, act, body }) =>
      enterEmployment(world, act, { ...body, id: createIdOf(ctx, act, world), people }),
  );
  api.add(
    {
      method: 'post',
      path: '/api/employments/:id/end',
      tag: TAG,
      summary: '结束在职关系',
      description: `${EMPLOYER}所填日期为最后一日，次日起不能再查看此人。`,
      body: { name: 'last-day', is: isLastDay },
      answer: { status: 200, shape: 'employment-view', description: '已结束的在职关系' },
    },
    async ({ act, params, body }) =>
      leaveEmployment(world, act, { employmentId: params['id'] ?? '', to: body.to }),
  );
}

function ownRoute(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/me/employments',
      tag: TAG,
      summary: '哪些单位登记我在职',
      description: '持证人本人。今天在职和将要开始的。',
      answer: { status: 200, shape: 'own-employment-list', description: '在职关系' },
    },
    async ({ act }) => ownEmployments(world, act),
  );
}

async function linkView(world: World, link: OrganisationLink): Promise<unknown> {
  return (await toLinkViews(world, [link]))[0];
}
