/** With every key in the signer: the files that people download and the copies they make for a use are sealed and signed by it, and verify. */
import test from 'ava';
import { applicationsById } from '../../src/applications/store.ts';
import { certificatesFor } from '../../src/certificate/store.ts';
import { signUseCopy } from '../../src/copies/sign-use-copy.ts';
import { releaseAll } from '../../src/issuance/release-all.ts';
import { fileOf } from '../../src/issuance/render-files.ts';
import { addDays, dateAt } from '../../src/shared/time.ts';
import { currentTrust } from '../../src/verification/current-trust.ts';
import { checkFile } from '../../src/verification/file-check.ts';
import { verify } from '../../src/verification/verify.ts';
import { aFaultySigner } from '../signer/faulty-hsm.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from '../support/bureau.ts';
import { databases } from '../support/database.ts';

const [sqlite] = databases();
if (!sqlite) throw new RangeError('SQLite is always there');

test('pictures, documents and use copies signed in the signer are originals to every verifier', async t => {
  const signer = await aFaultySigner(t);
  const world = await aBureau(t, sqlite, { signer: signer.env });
  const ids = await takeIn(world, [someCells(1)]);
  await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
  const [certificate] = await certificatesFor(world.db, ids);
  const application = (await applicationsById(world, ids)).get(ids[0] ?? '');
  if (!certificate || !application) throw new RangeError('one certificate was issued');

  const use = { purpose: '岗位聘任核验', recipient: '天津样例人才有限公司（测试）' };
  const order = { certificate, use, copy: 1, validThrough: addDays(dateAt(JULY_30), 30) };
  const copy = await signUseCopy(world, anAct(), order);
  const trust = await currentTrust(world, JULY_30);
  t.is((await verify(copy.qrText, trust, JULY_30)).verdict, 'valid');
  for (const format of ['png', 'pdf'] as const) {
    const file = await fileOf(world, anAct(), { application, certificate, format });
    const finding = await checkFile(file, trust, JULY_30);
    t.is(finding.sealed?.keyId, 'key-3', format);
  }
  const names = ['key-1', 'key-2', 'key-3', 'key-4'];
  t.true(names.every(name => signer.countOf(name) > 0));
});
