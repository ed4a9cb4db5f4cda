/**
 * A registration body asks how a certificate stood on a day of the past: only of a number that it has verified with a match, like a
 * subscription; of any other it learns nothing. The question is on record and the holder sees it, like every verification (R35).
 */
import { record } from '../audit/record.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import type { ClientAct } from '../clients/client.ts';
import type { ClientApi } from '../clients/signed-request.ts';
import { inTransaction } from '../db/tx.ts';
import { ASKED_INSTANT, askedInstant, statusAt, type StatusAt as Standing } from '../revocation/status-at.ts';
import { statusAtView } from '../revocation/status-at-view.ts';
import { DomainError } from '../shared/errors.ts';
import type { StatusAt } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';
import { PURPOSE_WORDS, type Purpose } from './purpose.ts';
import { addQueries, hasVerified } from './store.ts';
import { takeQuota } from './verify-items.ts';

export function clientStatusAtRoutes(world: World, api: ClientApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/v1/certificates/:number/status-at',
      tag: '注册管理机构接入',
      summary: '一张证书在某日的状态',
      description:
        '已登记的接入方，每个请求须签名。只答本接入方核验过且相符的证书，其他编号无论有无都答 NOT_VERIFIED_BEFORE。计一项配额；持证人可以看到。',
      query: {
        at: {
          description: '日期（北京时间该日终了时）或 UTC 时刻，如 2021-10-05 或 2021-10-05T04:00:00Z',
          pattern: ASKED_INSTANT,
          required: true,
        },
        purpose: {
          description: `用途：${PURPOSES.join('、')}`,
          pattern: PURPOSES.join('|'),
          required: true,
        },
      },
      answer: { status: 200, shape: 'status-at', description: '当时的状态' },
    },
    async ({ act, params, query }) =>
      clientStatusAt(world, act, {
        given: params['number'] ?? '',
        asked: query['at'] ?? '',
        purpose: query['purpose'] as Purpose, // by the pattern above
      }),
  );
}

/** OTHER needs words, for which a query has no room. */
const PURPOSES = Object.keys(PURPOSE_WORDS).filter(purpose => purpose !== 'OTHER');

/** @throws DomainError QUERY_INVALID, QUOTA_EXCEEDED, NOT_VERIFIED_BEFORE */
async function clientStatusAt(
  world: World,
  act: ClientAct,
  { given, asked, purpose }: { given: string; asked: string; purpose: Purpose },
): Promise<StatusAt> {
  const at = askedInstant(asked, act.at);
  await takeQuota(world, act, 1);
  const number = parseCertificateNumber(given);
  const isKnown = number !== undefined && (await hasVerified(world.db, { clientId: act.client.id, number }));
  if (!isKnown)
    throw new DomainError(
      'NOT_VERIFIED_BEFORE',
      '只能查询本接入方核验过且相符的证书，请先以 POST /api/v1/verifications 核验。',
    );
  const versions = await statusAt(world, { number, at });
  await keep(world, act, { number, purpose, versions });
  return statusAtView(number, at, versions);
}

async function keep(
  world: World,
  act: ClientAct,
  asked: { number: string; purpose: Purpose; versions: readonly Standing[] },
): Promise<void> {
  const { db } = world;
  const { client } = act;
  const { number, purpose } = asked;
  const shown = asked.versions.map(({ certificate }) => certificate);
  const query = {
    ...{ id: world.ids(), clientId: client.id, requestId: act.requestId, askedBy: 'number' as const },
    ...{ purpose, note: undefined, number, outcome: 'match' as const, at: act.at },
    version: shown[0]?.version,
    applicationId: shown[0]?.applicationId,
  };
  const detail = {
    capacity: 'registration-body',
    organisationId: client.organisationId,
    client: client.id,
    purpose,
  };
  await inTransaction(db, async tx => {
    await addQueries(tx, db, [query]);
    await record({ tx, db }, act, [
      { action: 'registration.asked', subject: client.id, detail: { purpose, items: 1, matched: 1 } },
      ...[...new Set(shown.map(each => each.applicationId))].map(subject => ({
        action: 'registration.viewed',
        subject,
        detail,
      })),
    ]);
  });
}
