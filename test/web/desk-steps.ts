/** What cases of the staff console share: a case at a desk-sized window, and signing in there as somebody. */
import type { ExecutionContext } from 'ava';
import { totpCodeAt } from '../../src/accounts/sign-in/totp.ts';
import type { Desk, Scene, SceneOptions } from './my-scene.ts';
import { inBrowser } from './my-steps.ts';

/** A case of the console with a bureau and a browser profile of its own. */
export function atDesk(
  title: string,
  run: (t: ExecutionContext, scene: Scene) => Promise<void>,
  options: SceneOptions = {},
): void {
  inBrowser(title, run, { width: 1280, height: 900, pages: 'desk', ...options });
}

/** Signs in by the page; the clock moves on by a minute, for a one-time password serves once. */
export async function enterDesk(scene: Scene, which: Desk, path = '/desk'): Promise<void> {
  const { page, url } = scene;
  await scene.goTo(scene.now() + 61);
  await page.goto(url + path);
  await fillSignIn(scene, which);
  await page.getByRole('button', { name: '退出登录' }).waitFor();
}

/** Fills the sign-in form that the page shows, be it the first or the one over a page whose session ended. */
export async function fillSignIn({ page, people, now }: Scene, which: Desk): Promise<void> {
  const { login, password, totpSecret } = people[which];
  await page.getByLabel('账号').fill(login);
  await page.getByLabel('密码', { exact: true }).fill(password);
  await page.getByLabel('动态口令').fill(totpCodeAt(totpSecret, now()));
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

/** Ends the session behind the page's back, as its idle time does; what the page is asking by itself is answered before. */
export async function endSession({ page, untilQuiet }: Scene): Promise<void> {
  await untilQuiet();
  await page.context().clearCookies();
}
