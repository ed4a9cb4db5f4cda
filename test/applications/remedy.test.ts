/** What a rejected holder is told to do next (domain §5.1). */
import test from 'ava';
import { remedyOf } from '../../src/applications/remedy.ts';

test('a rejected holder learns that they may apply again, and whom to turn to', t => {
  const byDepartment = remedyOf({ state: 'REJECTED', route: 2, batchMonth: undefined });
  const byBureau = remedyOf({ state: 'REJECTED', route: 3, batchMonth: '2021-07' });

  t.is(byDepartment, '补正后可重新提出申请；对结论有异议的，请向作出审核的单位提出。');
  t.regex(byBureau ?? '', /^考试通过的资格仍然保留，补正后可再次申领；.*六十日内申请行政复议/);
});

test('who was not rejected needs no remedy', t => {
  t.is(remedyOf({ state: 'RETURNED', route: 2, batchMonth: undefined }), undefined);
  t.is(remedyOf({ state: 'WITHDRAWN', route: 1, batchMonth: '2021-07' }), undefined);
});
