/** What a request asks to be changed: the certificate's number in its one spelling, and only fields that belong to that kind of change. */
import { manualReadings } from '../applications/roster/cells.ts';
import { parseCertificateNumber } from '../certificate/number.ts';
import { DomainError } from '../shared/errors.ts';
import type { ChangeWanted } from '../shared/shapes/shapes.ts';
import type { Wanted } from './proposal.ts';

/** @throws DomainError CERTIFICATE_UNKNOWN, BODY_INVALID, BAD_REQUEST for what no correction can change */
export function wantedOf(given: string, body: ChangeWanted): Wanted {
  const number = parseCertificateNumber(given);
  if (!number)
    throw new DomainError('CERTIFICATE_UNKNOWN', '没有这个编号的证书，请核对编号（字母加 13 位数字）。');
  const { kind, reason = '', document, until: untilDate } = body;
  if (kind !== 'CORRECT') return { kind, order: { number, change: kind, reason, document, untilDate } };
  demandSameTitle(body);
  const { proof, name, gender, idNumber, submittingUnit, specialty } = body;
  if (proof === undefined)
    throw new DomainError('BODY_INVALID', '更正须写明已核验的证明（proof）。', { pointer: '/proof' });
  const fields = { name, gender, idNumber, submittingUnit, specialty, ...readingsIn(body) };
  return { kind, order: { number, reason: body.reason, proof, ...fields } };
}

/** Domain §4.3, §5.2: another level, series or title is another certificate, never a version of this one. */
function demandSameTitle(body: ChangeWanted): void {
  const field = (['level', 'series', 'qualification'] as const).find(each => body[each] !== undefined);
  if (field === undefined) return;
  throw new DomainError(
    'BAD_REQUEST',
    '层级、系列、资格名称有误的不是更正：须撤销这张证书，按原路径重新申报，核准后编发新的证书编号。',
    { pointer: `/${field}` },
  );
}

function readingsIn({ name, namePinyin = '' }: ChangeWanted): {
  readings?: Readonly<Record<string, string>>;
} {
  if (namePinyin === '') return {};
  if (name === undefined)
    throw new DomainError('BODY_INVALID', '生僻字读音须和更正后的姓名一起填写。', { pointer: '/name' });
  const readings = manualReadings(namePinyin, name);
  if (!readings.ok) throw new DomainError('BODY_INVALID', readings.fault.detail, { pointer: '/namePinyin' });
  return { readings: Object.fromEntries(readings.value) };
}
