/** `GET /api/certificates/:number/status-at`: the bureau asks how a certificate stood on a day of the past; the holder is told of the look. */
import { demandMay, type PersonalAct } from '../accounts/role.ts';
import type { ServiceApi } from '../accounts/service-api.ts';
import { recordLook } from '../audit/look.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { ASKED_INSTANT, askedInstant, statusAt } from '../revocation/status-at.ts';
import { statusAtView } from '../revocation/status-at-view.ts';
import type { StatusAt } from '../shared/shapes/shapes.ts';
import type { World } from '../world.ts';

export function statusAtRoutes(world: World, api: ServiceApi): void {
  api.add(
    {
      method: 'get',
      path: '/api/certificates/:number/status-at',
      tag: '证书变更',
      summary: '一张证书在某日的状态',
      description:
        '市局经办人、复核人、撤销专员、审计员。依变更记录得出，并给出当时公布的状态列表版本和其中的说法，供核对；每次查看记入审计并告知持证人。',
      query: {
        at: {
          description: '日期（北京时间该日终了时）或 UTC 时刻，如 2021-10-05 或 2021-10-05T04:00:00Z',
          pattern: ASKED_INSTANT,
          required: true,
        },
      },
      answer: { status: 200, shape: 'status-at', description: '当时的状态' },
    },
    async ({ act, params, query }) =>
      viewStatusAt(world, act, { given: params['number'] ?? '', asked: query['at'] ?? '' }),
  );
}

/** @throws Forbidden; DomainError CERTIFICATE_UNKNOWN, QUERY_INVALID */
export async function viewStatusAt(
  world: World,
  act: PersonalAct,
  { given, asked }: { readonly given: string; readonly asked: string },
): Promise<StatusAt> {
  demandMay(act.by, 'change.view');
  const at = askedInstant(asked, act.at);
  const number = parseCertificateNumber(given) ?? '';
  const versions = await statusAt(world, { number, at });
  const subjects = new Set(versions.map(({ certificate }) => certificate.applicationId));
  await recordLook(
    world,
    act,
    [...subjects].map(subject => ({
      action: 'certificate-status.viewed',
      subject,
      detail: { number, asked },
    })),
  );
  return statusAtView(number, at, versions);
}
