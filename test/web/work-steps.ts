/** What cases of the work list share: applications that wait at a desk of the scene, and how they stand now. */
import type { Page } from 'playwright-core';
import type { Application, Course } from '../../src/applications/application.ts';
import { applicationsById } from '../../src/applications/store.ts';
import { JULY_30 } from '../support/bureau.ts';
import { anApplication, put } from '../review/a-case.ts';
import type { Scene } from './my-scene.ts';

const SURNAMES = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨';
const GIVEN = ['明远', '思齐', '雅文', '立群', '若水', '建华', '晓光'];

/** So many of them wait at the department, as its employer passed them, each with a name of its own where possible. */
export async function waiting(
  scene: Scene,
  count: number,
  changes: (
    place: number,
  ) => Partial<Omit<Application, 'course'>> & { readonly course?: Partial<Course> } = () => ({}),
): Promise<readonly Application[]> {
  const { department, employer } = scene.people;
  const made = Array.from({ length: count }, (_, place) => {
    const { course, ...rest } = changes(place);
    const surname = SURNAMES[place % SURNAMES.length] ?? '';
    const name = surname + (GIVEN[place % GIVEN.length] ?? '');
    return anApplication({
      id: scene.world.ids(),
      state: 'DEPT_REVIEW',
      name,
      printedName: name,
      ...rest,
      course: {
        turn: { kind: 'department', organisationId: department.organisationId },
        employerId: employer.organisationId,
        departmentId: department.organisationId,
        changedAt: JULY_30 + place, // the list's order
        ...course,
      },
    });
  });
  await put(scene.world, made);
  return made;
}

/** `state version` of each, in their order. */
export async function standings(
  { world }: Scene,
  applications: readonly Pick<Application, 'id'>[],
): Promise<readonly string[]> {
  const found = await applicationsById(
    world,
    applications.map(({ id }) => id),
  );
  return applications.map(({ id }) => {
    const application = found.get(id);
    const passed = application?.course.passedAt === undefined ? '' : ' passed';
    return `${application?.state ?? 'gone'} ${application?.course.version ?? 0}${passed}`;
  });
}

/** Tabs until that is focused. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate<boolean>(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`))
      return;
  }
  throw new RangeError(`no way by Tab to ${selector}`);
}
