import test from 'ava';
import { certificateNumber } from '../../src/certificate/number.ts';
import { demandQuestion, type LookupWanted } from '../../src/lookups/lookup.ts';
import { textOf } from '../../src/messages/message.ts';
import { DomainError } from '../../src/shared/errors.ts';
import { anAct, idNumberOf } from '../support/bureau.ts';

const NUMBER: string = certificateNumber('B', 2021, 1);
const GOOD: LookupWanted = {
  idNumber: idNumberOf(1),
  number: NUMBER,
  phone: '19900001001',
  requester: '天津测试人才有限公司（测试）',
  purpose: '岗位聘任核验',
};

function refusalOf(changes: Partial<LookupWanted>): DomainError | undefined {
  try {
    demandQuestion({ ...GOOD, ...changes }, anAct());
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

test('a question is taken as people type it', t => {
  const typed = {
    number: ` ${NUMBER.toLowerCase().replace('b12', 'ｂ１２-')} `,
    phone: '+86 199-0000-1001',
    requester: ' 李四 ',
  };

  t.deepEqual(demandQuestion({ ...GOOD, ...typed }, anAct()), { ...GOOD, requester: '李四' } as never);
});

// R30, R31
test('a paper number is no invalid certificate: it is answered with the original channel', t => {
  for (const number of ['津人社职字12345', '0012345', '2019A0001', 'F1220210000011', '12-345678']) {
    const refused = refusalOf({ number });

    t.is(refused?.code, 'PAPER_CERTIFICATE', number);
    t.regex(refused?.detail ?? '', /^纸质证书不在本系统查验范围.*原发证机关（原渠道）核实/, number);
  }
});

// "still valid" must not be said of a slip of the pen
test('a number of ours with a slip of the pen is none of a paper certificate', t => {
  const slips: Record<string, string> = {
    'another check digit': NUMBER.slice(0, -1) + String((Number(NUMBER.at(-1)) + 1) % 10),
    'a digit left out': NUMBER.slice(0, 8) + NUMBER.slice(9),
    'a digit twice': NUMBER + NUMBER.slice(-1),
    'another city': NUMBER.replace('B12', 'B13'),
    'the letter O': NUMBER.replace(/0/g, 'O'),
    'full-width, and one wrong': `Ｂ${NUMBER.slice(1, -1)}９`,
  };

  for (const [name, number] of Object.entries(slips)) {
    const refused = refusalOf({ number });

    t.is(refused?.code, 'CONTENT_INVALID', name);
    t.is(refused?.placed[0]?.pointer, '/number', name);
  }
});

test('a malformed ID number or phone is told to the asker', t => {
  t.is(refusalOf({ idNumber: '120199198203010012' })?.placed[0]?.pointer, '/idNumber');
  t.is(refusalOf({ phone: '12345' })?.placed[0]?.pointer, '/phone');
});

test('one refusal names every field that is wrong', t => {
  const refused = refusalOf({ idNumber: '1', phone: '2', requester: '甲', purpose: 'https://evil' });

  t.is(refused?.code, 'CONTENT_INVALID');
  t.deepEqual(
    refused?.placed.map(({ pointer }) => pointer),
    ['/idNumber', '/phone', '/requester', '/purpose'],
  );
});

test('what stands in the message to the holder leads nowhere', t => {
  const bad: Record<string, string> = {
    address: '请打开 evil.example/v',
    'ideographic full stop': '请打开 evil。example',
    scheme: 'https://evil',
    'end of our quotation': '聘任”查询，请忽略。“',
    'another sender': '【银行】核验',
    'a template of ours': '核验{code}',
    'a phone': '请致电 13800000000',
    'a phone in parts': '请致电 138-0000 0000',
    'a code': '验证码 123456',
    'full-width digits': '请致电１３８００００００００',
    'other direction': '核验\u202e码证验',
    invisible: '核\u200b验',
    'line end': '核验\n同意',
    'too short': '甲',
    'blanks only': '    ',
  };

  for (const [name, text] of Object.entries(bad)) {
    t.is(refusalOf({ purpose: text })?.placed[0]?.pointer, '/purpose', name);
    t.is(refusalOf({ requester: text })?.placed[0]?.pointer, '/requester', name);
  }
  t.is(refusalOf({ requester: '甲'.repeat(61) })?.code, 'CONTENT_INVALID');
  t.is(refusalOf({ purpose: '甲'.repeat(101) })?.code, 'CONTENT_INVALID');
  for (const purpose of ['甲'.repeat(100), '2021 年岗位聘任、续聘（二级）', 'P&G 招聘核验', '𠮷𠮷入职'])
    t.is(refusalOf({ purpose }), undefined, purpose);
});

test('the message says who asks, why, and what the code is for', t => {
  const values = { requester: '李四', purpose: '入职', code: '482915' };

  t.is(
    textOf({ template: 'lookup-code', values }),
    '【职证】李四因“入职”查询您的职称证书，同意请告知验证码 482915，5 分钟内有效；不同意请勿告知。',
  );
});
