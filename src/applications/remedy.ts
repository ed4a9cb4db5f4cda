/** What is left to whoever was rejected: shown with the reason (domain §5.1: reason and remedy; a new application is allowed). Pure. */
import type { Application } from './application.ts';

const AGAIN = {
  1: '补正后可由评审委员会组建单位重新报送',
  2: '补正后可重新提出申请',
  3: '考试通过的资格仍然保留，补正后可再次申领',
  4: '补正后可重新提出申请',
} as const satisfies Record<Application['route'], string>;

/** One sentence for the holder of a rejected application; undefined for any other. */
export function remedyOf(
  application: Pick<Application, 'state' | 'route' | 'batchMonth'>,
): string | undefined {
  const { state, route, batchMonth } = application;
  if (state !== 'REJECTED') return undefined;
  // what the bureau rejects stood in a month's batch; what a department or exam body rejects has left it, or never joined one
  const appeal =
    batchMonth === undefined
      ? '对结论有异议的，请向作出审核的单位提出'
      : '对决定不服的，可自收到之日起六十日内申请行政复议，或在六个月内提起行政诉讼';
  return `${AGAIN[route]}；${appeal}。`;
}
