/** What helps a person fill in: the official titles, how a name will be printed, organisations by their code. */
import test from 'ava';
import { organisationRoutes } from '../../src/accounts/register/routes.ts';
import { applicationRoutes } from '../../src/applications/routes.ts';
import { titleRoutes } from '../../src/certificate/title-routes.ts';
import { isPrintedName, isTitleList, type PrintedName } from '../../src/shared/shapes/shapes.ts';
import { served } from '../support/api.ts';
import { databases } from '../support/database.ts';
import { aCity, codeOf, holderOf, nameOf } from './a-city.ts';

const [SQLITE] = databases();
if (!SQLITE) throw new RangeError('SQLite is always there');

async function post(url: string, body: object): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test('the titles that may be issued are told to anybody, by series and level, legacy ones left out', async t => {
  const { world } = await aCity(t, SQLITE);
  const service = await served(t, world, (_, api) => titleRoutes(api));

  const { status, body } = await service.get('/api/titles?on=2021-07-09');
  const unreal = await service.get('/api/titles?on=2021-02-30');

  t.is(status, 200);
  if (!isTitleList(body)) return t.fail(JSON.stringify(body).slice(0, 200));
  t.is(body.series.length, 27);
  const engineers = body.series.find(({ code }) => code === '05')?.titles ?? [];
  t.deepEqual(
    engineers.filter(({ level }) => level === 'B').map(({ title, levelName }) => [title, levelName]),
    [['高级工程师', '副高级']],
  );
  t.is(unreal.code, 'QUERY_INVALID');
});

test('a rare character is shown with its reading before anything is submitted, and a reading by hand wins', async t => {
  const { world } = await aCity(t, SQLITE);
  const service = await served(t, world, applicationRoutes);
  service.by = holderOf(1);
  const ask = async (name: string, namePinyin = ''): Promise<PrintedName> => {
    const { body } = await post(`${service.url}/api/printed-name`, { name, namePinyin });
    if (!isPrintedName(body)) throw new RangeError(JSON.stringify(body));
    return body;
  };

  t.deepEqual(await ask('张明远'), { name: '张明远', printedName: '张明远', rareCharacters: [] });
  t.deepEqual(await ask('王𬭎'), {
    name: '王𬭎',
    printedName: '王HONG',
    rareCharacters: [{ character: '𬭎', codePoint: 'U+2CB4E', pinyin: 'HONG' }],
  });
  t.deepEqual(await ask('李𠮷'), {
    name: '李𠮷',
    printedName: null,
    rareCharacters: [{ character: '𠮷', codePoint: 'U+20BB7', pinyin: null }],
  });
  t.is((await ask('李𠮷', '𠮷=JI')).printedName, '李JI');
});

test('what is no name, or no reading of it, is refused at its field', async t => {
  const { world } = await aCity(t, SQLITE);
  const service = await served(t, world, applicationRoutes);
  service.by = holderOf(1);
  const pointerOf = async (body: object): Promise<unknown> => {
    const answer = await post(`${service.url}/api/printed-name`, body);
    return (answer.body as { errors: { pointer: string }[] }).errors[0]?.pointer;
  };

  t.is(await pointerOf({ name: '张\u200b三' }), '/name');
  t.is(await pointerOf({ name: '李𠮷', namePinyin: '王=WANG' }), '/namePinyin');
});

test('an organisation is found by its code, in any case of letters', async t => {
  const { world } = await aCity(t, SQLITE);
  const service = await served(t, world, organisationRoutes);
  service.by = holderOf(1);

  const { body } = await service.get(`/api/organisations?code=${codeOf('employer').toLowerCase()}`);

  const { organisations } = body as { organisations: { name: string }[] };
  t.deepEqual(
    organisations.map(({ name }) => name),
    [nameOf('employer')],
  );
});
