/** Systems of registration bodies in the browser: entered by a public key, never by a private one; given another; ended. */
import { generateKeyPairSync } from 'node:crypto';
import { anOrganisation, organisationCodeOf } from '../support/people.ts';
import { atDesk, enterDesk } from './desk-steps.ts';
import { isTooWide, press, violationsOn } from './my-steps.ts';

const pem = { type: 'spki', format: 'pem' } as const;
const ed25519 = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });

atDesk(
  'an administrator enters a client by its public key, gives it another, and ends it',
  async (t, scene) => {
    const { page, shot } = scene;
    const code = organisationCodeOf(880);
    await anOrganisation(scene.world, { code, name: '测试执业注册中心', capacities: ['registration-body'] });
    await enterDesk(scene, 'administrator', '/desk/clients');
    await page.getByText('还没有接入方。').waitFor();
    await shot('clients-empty');
    t.deepEqual(await violationsOn(page), [], 'empty');
    await page.getByRole('link', { name: '登记接入方' }).click();
    await page.getByRole('searchbox', { name: '机构' }).fill('执业注册');
    await press(page, '查找：机构');
    await page.getByRole('button', { name: new RegExp(code) }).click();
    await page.getByLabel('系统名称').fill('执业注册平台');
    await page
      .getByLabel('公钥')
      .fill(ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    await press(page, '登记');
    await page.getByText('这是私钥').waitFor();
    t.deepEqual(await violationsOn(page), [], 'fault');
    await page.getByLabel('公钥').fill(ed25519.publicKey.export(pem).toString());
    await press(page, '登记');
    await page.getByRole('heading', { name: '执业注册平台' }).waitFor();
    await page.getByText('Ed25519').waitFor();
    await page.getByText('还没有核验过。').waitFor();
    await shot('client');
    t.deepEqual(await violationsOn(page), [], 'client');
    await press(page, '换用公钥');
    await page.getByRole('dialog').getByLabel('公钥').fill(p256.publicKey.export(pem).toString());
    await page.getByRole('dialog').getByRole('button', { name: '换用公钥' }).click();
    await page.getByText('公钥已换用。').waitFor();
    await page.getByText('ECDSA P-256').waitFor();
    await press(page, '停用');
    await page.getByRole('dialog').getByRole('button', { name: '停用' }).click();
    await page.getByText('停用时间').waitFor();

    t.is(await page.getByRole('button', { name: '换用公钥' }).count(), 0);
    t.false(await isTooWide(page));
  },
);

atDesk(
  'how keys and status lists stand is told with warnings first',
  async (t, scene) => {
    const { page, shot } = scene;
    await enterDesk(scene, 'approver', '/desk/trust');
    await page.getByRole('heading', { name: '需要处理' }).waitFor();
    await page.getByText('根密钥是测试密钥').waitFor();
    const row = page.getByRole('row').filter({ hasText: '证书签发' }).first();
    await row.getByText('可用', { exact: true }).waitFor();
    await row.getByText('0 张，在用 0 张').waitFor();
    await row.getByText('本机密封文件').waitFor();
    await shot('trust');

    t.deepEqual(await violationsOn(page), []);
    t.false(await isTooWide(page));
  },
  { width: 320, height: 800 },
);
