/** What became of a certificate before the day on which it can be collected, and while its next version is being made (R17; domain §5.2). */
import test from 'ava';
import { requestCorrection } from '../../src/issuance/correct.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { changeState } from '../../src/revocation/change-state.ts';
import {
  isCollectionCertificate,
  isCollectionList,
  type CollectionCertificate,
  type CollectionList,
} from '../../src/shared/shapes/shapes.ts';
import { startOf } from '../../src/shared/time.ts';
import { makeShareCode } from '../../src/sharing/make-share-code.ts';
import { openShareCode } from '../../src/sharing/open-share-code.ts';
import { newAct, type World } from '../../src/world.ts';
import { actOf, aHolder } from '../support/actor.ts';
import { anAct, idNumberOf, JULY } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { aScene, EVE, numberOf, OPENING, type Scene } from './a-holder.ts';

const AUGUST = '2021-08';
const EARLY = OPENING - 86_400;

async function makeCode({ world, certificates: [certificate] }: Scene): Promise<string> {
  const wanted = { number: certificate?.number ?? '', purpose: '岗位聘任核验', days: 180 };
  return (await makeShareCode(world, actOf(aHolder(idNumberOf(1)), newAct(world, 'holder')), wanted)).code;
}

async function openCode(world: World, code: string): Promise<{ version: number; state: string }> {
  const shown = { code, address: '192.0.2.1' };
  const { answer } = await openShareCode(world, anAct(world.clock()), { shown, rules: { beatMs: 1 } });
  return { version: answer.certificate.version, state: answer.state };
}

for (const database of databases()) {
  const title = (law: string): string => `${database.name}: ${law}`;

  test(
    title('a revocation before the day of collection is told at once, with reason and ways of appeal'),
    async t => {
      const scene = await aScene(t, database, { at: EVE });
      const number = numberOf(scene);
      const document = '津人社撤〔2021〕1号（测试）';
      await changeState(scene.world, anAct(EARLY), { number, change: 'REVOKE', reason: 'FRAUD', document });

      const list = await scene.service.get('/api/me/certificates');
      const one = await scene.service.get(`/api/me/certificates/${number}`);
      const file = await scene.service.get(`/api/me/certificates/${number}/file`);

      t.true(isCollectionList(list.body), JSON.stringify(list.body));
      t.true(isCollectionCertificate(one.body), JSON.stringify(one.body));
      t.like((list.body as CollectionList).items[0], { state: 'REVOKED', stateName: '已撤销' });
      t.like((one.body as CollectionCertificate).change, { reasonName: '弄虚作假', document });
      t.regex((one.body as CollectionCertificate).change?.appeal ?? '', /行政复议.*行政诉讼/);
      t.is(file.code, 'STATE_CONFLICT');
    },
  );

  test(title('a suspension that is over before the day leaves nothing to see but 制证中'), async t => {
    const scene = await aScene(t, database, { at: EARLY });
    const number = numberOf(scene);
    const suspended = { number, change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' } as const;
    await changeState(scene.world, anAct(EARLY - 60), suspended);
    const during = await scene.service.get(`/api/me/certificates/${number}`);
    await changeState(scene.world, anAct(EARLY), { number, change: 'RESUME', reason: 'NOT_UPHELD' });

    const after = await scene.service.get(`/api/me/certificates/${number}`);

    t.like(during.body, { state: 'SUSPENDED', change: { reasonName: '举报核查' } });
    t.is(after.code, 'NOT_COLLECTABLE');
  });

  test(
    title('while the next version is being made its holder is told which it is and what it replaces'),
    async t => {
      const scene = await aScene(t, database, { months: [JULY, AUGUST] });
      const { world } = scene;
      const number = numberOf(scene);
      const code = await makeCode(scene);
      await requestCorrection(world, anAct(OPENING), { number, name: '张明志', proof: '户口簿' });
      await releaseAll(world, anAct(OPENING), { month: AUGUST, options: { unprintable: () => [] } });

      const list = await scene.service.get('/api/me/certificates');
      const one = await scene.service.get(`/api/me/certificates/${number}`);
      const replaces = [scene.applicationIds[0]];
      t.true(isCollectionList(list.body), JSON.stringify(list.body));
      t.like((list.body as CollectionList).items, [{ state: 'IN_PRODUCTION', number, version: 2, replaces }]);
      t.regex(JSON.stringify(one.body), /已换发第 2 版，原版本不再使用；新版本制证中，可于 2021年9月15日后/);
      t.deepEqual(await openCode(world, code), { version: 2, state: 'VALID' });

      scene.turn(startOf('2021-09-15'));
      const renewed = await scene.service.get('/api/me/certificates');
      t.true(isCollectionList(renewed.body), JSON.stringify(renewed.body));
      t.like((renewed.body as CollectionList).items, [{ state: 'VALID', number, version: 2, replaces }]);
    },
  );

  test(title('what is not in force is not shared anew; a code given before shows how it stands'), async t => {
    const scene = await aScene(t, database);
    const number = numberOf(scene);
    const code = await makeCode(scene);
    const suspended = { number, change: 'SUSPEND', reason: 'UNDER_INVESTIGATION' } as const;
    await changeState(scene.world, anAct(OPENING), suspended);

    await t.throwsAsync(makeCode(scene), { code: 'STATE_CONFLICT', message: /不能生成分享码/ });

    t.deepEqual(await openCode(scene.world, code), { version: 1, state: 'SUSPENDED' });
  });
}
