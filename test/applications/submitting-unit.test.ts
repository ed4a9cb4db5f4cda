/** R14: the department over the employer, else the archive body; whoever fills in the form learns which while they fill it in. */
import test from 'ava';
import { applicationRoutes } from '../../src/applications/routes.ts';
import { isSubmittingUnit, type SubmittingUnit } from '../../src/shared/shapes/shapes.ts';
import { databases } from '../support/database.ts';
import { served } from '../support/api.ts';
import { aCity, codeOf, holderOf, nameOf } from './a-city.ts';

for (const database of databases()) {
  test(`a holder is told who submits: the department, or the archive body that they must name (${database.name})`, async t => {
    const city = await aCity(t, database);
    const service = await served(t, city.world, applicationRoutes);
    service.by = holderOf();
    const answerFor = async (query: string): Promise<SubmittingUnit> => {
      const { body } = await service.get(`/api/submitting-unit${query}`);
      t.true(isSubmittingUnit(body), JSON.stringify(body));
      return body as SubmittingUnit;
    };

    const under = await answerFor(`?employer=${codeOf('employer')}`);
    const alone = await answerFor(`?employer=${codeOf('university').toLowerCase()}`);
    const none = await answerFor('');
    const wrong = await answerFor(`?employer=${codeOf('department')}`);

    t.like(under, { department: { name: nameOf('department') }, archiveNeeded: false, mayAppoint: true });
    t.like(alone, { department: null, archiveNeeded: true, mayAppoint: true });
    t.regex(alone.detail, /没有登记业务主管部门/);
    t.like(none, { department: null, archiveNeeded: true, mayAppoint: false });
    t.deepEqual(wrong, none);
    t.is((await service.get('/api/submitting-unit?employer=1')).status, 400);
  });
}
