/** One certificate's whole way, from a roster to a code that anyone can check offline: the first file a newcomer reads. */
import test from 'ava';
import { makeRenderer } from '../src/certificate/render.ts';
import { readOneCode } from '../src/certificate/read-image.ts';
import { certificatesFor } from '../src/certificate/store.ts';
import { checkEverything } from '../src/cli/fsck.ts';
import { faceContent } from '../src/issuance/render-files.ts';
import { releaseAll } from '../src/issuance/release-all.ts';
import { applicationsById } from '../src/applications/store.ts';
import { changeState } from '../src/revocation/change-state.ts';
import { publish } from '../src/revocation/publish.ts';
import { currentTrust } from '../src/verification/current-trust.ts';
import { verify } from '../src/verification/verify.ts';
import { aBureau, anAct, JULY, JULY_30, someCells, takeIn } from './support/bureau.ts';
import { databases } from './support/database.ts';

for (const database of databases()) {
  test(`a certificate is reviewed, issued, printed, scanned, revoked and scanned again, on ${database.name}`, async t => {
    const world = await aBureau(t, database);

    const ids = await takeIn(world, [someCells()]);
    await releaseAll(world, anAct(), { month: JULY, options: { unprintable: () => [] } });
    const [certificate] = await certificatesFor(world.db, ids);
    const application = (await applicationsById(world, ids)).get(ids[0] ?? '');
    if (!certificate || !application) return t.fail('nothing was issued');
    const picture = await makeRenderer().renderChecked(
      faceContent(world, { application, certificate, isTest: true }),
    );
    const scanned = await readOneCode(picture);
    const saved = await currentTrust(world, JULY_30);
    const first = await verify(scanned, saved, JULY_30);

    t.is(first.verdict, 'valid');
    t.is(first.certificate?.subject.name, '张明远');
    t.regex(certificate.number, /^B122021\d{7}$/);
    t.is(certificate.collectFrom, '2021-08-15'); // R17

    const later = JULY_30 + 600;
    const order = {
      number: certificate.number,
      change: 'REVOKE',
      reason: 'FRAUD',
      document: '津人社撤字〔2021〕1号',
    } as const;
    const revoked = await changeState(world, anAct(later), order);
    await publish(world, anAct(later));
    const second = await verify(scanned, await currentTrust(world, later), later);

    t.is(second.verdict, 'revoked');
    t.is(revoked.invalidFrom, '2021-07-09'); // fraud voids the title from the day it was obtained
    t.deepEqual((await checkEverything(world)).faults, []);
    return undefined;
  });
}
