/** What is told once for a whole sheet, as it comes from a form or a command line. Pure. */
import { DomainError } from '../../shared/errors.ts';
import { isDate } from '../../shared/time.ts';
import { changeNamed } from './columns.ts';
import type { WholeSheet } from './wanted-rows.ts';

/** @throws DomainError BODY_INVALID */
export function wholeSheet(fields: Readonly<Record<string, string | undefined>>): WholeSheet {
  const given = (name: string): string | undefined => fields[name]?.trim() || undefined;
  const word = given('change');
  const change = word === undefined ? undefined : changeNamed(word);
  if (word !== undefined && !change)
    throw new DomainError('BODY_INVALID', '变更请填 暂停、延长暂停、恢复、撤销、注销 之一。', {
      pointer: '/change',
    });
  const untilDate = given('until');
  if (untilDate !== undefined && !isDate(untilDate))
    throw new DomainError('BODY_INVALID', '截止日期请写成 2021-07-01 的样子。', { pointer: '/until' });
  return { change, reason: given('reason'), document: given('document'), untilDate };
}
