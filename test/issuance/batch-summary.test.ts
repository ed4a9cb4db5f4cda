/** The sheet before the release (R16): it counts exactly what its digest stands for, and says who cannot approve it. */
import test from 'ava';
import { issuanceRoutes } from '../../src/issuance/routes.ts';
import { isBatchSummary, type BatchSummary } from '../../src/shared/shapes/shapes.ts';
import { served } from '../support/api.ts';
import { aBureau, JULY } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { APPROVER, both, checked, EMPLOYER, HANDLER, put, uploaded } from '../review/a-case.ts';
import { addAccountFor } from './an-account.ts';

for (const database of databases()) {
  test(`the summary counts what an approver would release, by level, route, warning and checker, on ${database.name}`, async t => {
    const world = await aBureau(t, database);
    await addAccountFor(world, { actor: HANDLER, phone: '19900009999' });
    await put(world, [
      checked({ level: 'B' }),
      checked({ route: 3, level: 'D', uploadLate: true, uploadDeadline: '2021-07-02' }),
      checked({ course: { carriedFrom: '2021-06' }, idNumber: APPROVER.idNumber }),
      checked({ course: { rejectProposed: true } }),
      uploaded({ uploadLate: true }),
    ]);
    const server = await served(t, world, issuanceRoutes);
    const summary = async (): Promise<BatchSummary> => {
      const { body } = await server.get(`/api/batches/${JULY}/summary`);
      if (!isBatchSummary(body)) throw new RangeError(JSON.stringify(body));
      return body;
    };

    server.by = APPROVER;
    const { sheet, uploaders } = await summary();
    const { digest } = (await server.get(`/api/batches/${JULY}`)).body as { digest: string };

    t.is(sheet.digest, digest);
    t.like(sheet, { count: 3, flagged: 2, own: 1, levels: { A: 0, B: 1, C: 1, D: 1, E: 0 } });
    t.deepEqual(
      sheet.routes.map(({ count }) => count),
      [0, 2, 1, 0],
    );
    t.deepEqual(
      sheet.warnings.map(({ code }) => code),
      ['UPLOAD_LATE', 'CARRIED_OVER'],
    );
    t.deepEqual(sheet.checkers, [{ name: HANDLER.name, isReader: false, count: 3 }]);
    t.deepEqual(
      uploaders.map(({ route, uploaded: all, late, carriedOver, unchecked }) => [
        route,
        all,
        late,
        carriedOver,
        unchecked,
      ]),
      [
        [2, 4, 1, 1, 1],
        [3, 1, 1, 0, 0],
      ],
    );
    server.by = both(HANDLER, APPROVER);
    t.true((await summary()).sheet.checkers[0]?.isReader);
    server.by = EMPLOYER;
    t.is((await server.get(`/api/batches/${JULY}/summary`)).code, 'FORBIDDEN');
  });
}
