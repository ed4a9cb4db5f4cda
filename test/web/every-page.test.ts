/** Every page as everyone who may open it: each section of each role's menu and what it leads to, the public pages, the holder's. */
import type { ExecutionContext } from 'ava';
import { aStaff, organisationCodeOf, signInStaff, type StaffPerson } from '../support/people.ts';
import { fill, MARKUP } from './filled-scene.ts';
import type { Desk, Scene } from './my-scene.ts';
import { inBrowser } from './my-steps.ts';
import { aWalker } from './page-walk.ts';

/** Opens every kind of page that the menu and the pages below it lead to, each once. */
async function walkConsole(
  t: ExecutionContext,
  scene: Scene,
  { who, person }: { readonly who: string; readonly person: StaffPerson },
): Promise<void> {
  await scene.goTo(scene.now() + 61); // a one-time password serves once
  const { cookie } = await signInStaff(scene.url, person, scene.now());
  const walker = await aWalker(t, scene, { who, cookie, meets: MARKUP });
  await walker.page.goto(`${scene.url}/desk`);
  await walker.page.locator('.menu a').first().waitFor();
  const ahead = await walker.page.$$eval('.menu a', links =>
    links.map(link => (link as unknown as { pathname: string }).pathname),
  );
  const known = new Set(ahead.map(kindOf));
  t.true(ahead.length > 0, `${who} has a menu`);
  ahead.push('/desk/account', '/desk/nothing');
  for (const path of ahead) {
    const links = await walker.look(path, kindOf(path).slice(6).replaceAll('/', '-'));
    for (const link of links.filter(each => each.startsWith('/desk/'))) {
      if (known.has(kindOf(link))) continue;
      known.add(kindOf(link));
      ahead.push(link);
    }
  }
  t.log(`${who}: ${ahead.length} pages`);
  await walker.close();
}

/** The address without what differs between pages of one kind. */
function kindOf(path: string): string {
  return path.replace(/[0-9a-f]{32}|[A-E]12\d{11}|20\d\d-\d\d|20\d\d/, 'one');
}

const CASES: Readonly<Record<string, readonly Desk[]>> = {
  'employers, departments, archive bodies, exam bodies and organisers': [
    'employer',
    'department',
    'archive',
    'examBody',
    'organiser',
  ],
  'the bureau’s handlers and approvers': ['handler', 'approver'],
  'revocation officers, administrators and auditors': ['revocationOfficer', 'administrator', 'auditor'],
};

for (const [whose, desks] of Object.entries(CASES))
  inBrowser(`every page of the console is fit to be seen by ${whose}`, async (t, scene) => {
    await fill(scene);
    for (const who of desks) await walkConsole(t, scene, { who, person: scene.people[who] });
  });

inBrowser(
  'every page is fit to be seen by a registration body, by strangers and by holders',
  async (t, scene) => {
    const { number, qrText, applications, holderCookie } = await fill(scene);
    const person = await aStaff(scene.world, {
      organisationCode: organisationCodeOf(880),
      capacity: 'registration-body',
      duty: 'clerk',
    });
    await walkConsole(t, scene, { who: 'registrationBody', person });

    const stranger = await aWalker(t, scene, { who: 'public' });
    const code = new URL(qrText);
    for (const [name, path] of Object.entries({
      front: '/',
      help: '/help',
      feedback: '/feedback',
      query: '/query',
      verify: '/v',
      verdict: `/v${code.hash}`,
      my: '/my',
      desk: '/desk',
    }))
      await stranger.look(path, name);
    await stranger.close();

    const holder = await aWalker(t, scene, { who: 'holder', cookie: holderCookie, meets: MARKUP });
    for (const [name, path] of Object.entries({
      home: '/my',
      start: '/my/apply',
      asked: '/my/asked',
      account: '/my/account',
      lost: '/my/nothing',
      certificate: `/my/certificates/${number}`,
      feedback: '/feedback',
      ...applicationPages(applications),
    }))
      await holder.look(path, name);
    await holder.close();
  },
);

function applicationPages(ids: Readonly<Record<string, string>>): Record<string, string> {
  const shown = Object.entries(ids).map(([name, id]) => [name, `/my/applications/${id}`]);
  const steps = ['who', 'unit', 'title', 'papers', 'check'].map(step => [
    `edit-${step}`,
    `/my/applications/${ids['draft']}/edit/${step}`,
  ]);
  return Object.fromEntries([...shown, ...steps]) as Record<string, string>;
}
