/** What stands on a certificate and where: R20, R21, R25–R28. */
import test from 'ava';
import type { Face, FaceContent } from '../../../src/certificate/face/face.ts';
import { faceOf as faceFor, MODULE_MM, QUIET_MODULES } from '../../../src/certificate/face/face.ts';
import { openFonts } from '../../../src/certificate/face/glyphs.ts';
import { textWidth } from '../../../src/certificate/face/lines.ts';
import type { Fonts, Primitive, TextRun } from '../../../src/certificate/face/primitives.ts';
import { FaceRefused } from '../../../src/certificate/face/primitives.ts';
import { qrSymbol } from '../../../src/certificate/qr/symbol.ts';
import { aFaceContent, aQrText, aRareFaceContent, LONG_REVIEW_BODY } from './a-content.ts';

const fonts = openFonts();
const faceOf = (content: FaceContent, by: Fonts) => faceFor(content, qrSymbol(content.qrText), by);
const textsOf = (face: Face) => face.print.filter((one): one is TextRun => one.kind === 'text');
/** All words of the face joined, so that broken lines and spread labels read as one. */
const said = (content: FaceContent) =>
  textsOf(faceOf(content, fonts))
    .map(({ text }) => text)
    .join('');

type Frame = { left: number; top: number; right: number; bottom: number };

function frameOf(one: Primitive): Frame {
  if (one.kind === 'code') {
    const [quiet, side] = [QUIET_MODULES * one.moduleMm, one.size * one.moduleMm];
    return {
      left: one.xMm - quiet,
      top: one.yMm - quiet,
      right: one.xMm + side + quiet,
      bottom: one.yMm + side + quiet,
    };
  }
  if (one.kind === 'text') {
    const right = one.xMm + textWidth(one.text, one, fonts);
    return { left: one.xMm, top: one.yMm - 0.86 * one.sizeMm, right, bottom: one.yMm + 0.12 * one.sizeMm };
  }
  const xs = one.lines.flatMap(line => line.filter((_, i) => i % 2 === 0));
  const ys = one.lines.flatMap(line => line.filter((_, i) => i % 2 === 1));
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** By more than rounding. */
const overlap = (a: Frame, b: Frame) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.001 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.001;

const HUNDRED = `${LONG_REVIEW_BODY}${LONG_REVIEW_BODY}`.slice(0, 100);
const CASES: readonly { title: string; content: FaceContent }[] = [
  { title: 'an ordinary certificate', content: aFaceContent() },
  { title: 'a rare-character one', content: aRareFaceContent() },
  {
    title: 'two rare characters and a long annotator',
    content: aRareFaceContent({ name: '张𫖮㛃', printedName: '张YI JIE', annotator: LONG_REVIEW_BODY }),
  },
  {
    title: 'a Uyghur name with two dots',
    content: aFaceContent({ printedName: '迪丽努尔·吐尔逊江·艾合买提', name: '迪丽努尔·吐尔逊江·艾合买提' }),
  },
  {
    title: 'a Latin name',
    content: aFaceContent({ printedName: 'TESTERSEN ANNA MARIA', name: 'TESTERSEN ANNA MARIA' }),
  },
  {
    title: 'a name of fifty letters',
    content: aFaceContent({
      printedName: 'TESTERSEN '.repeat(5).trim(),
      name: 'TESTERSEN '.repeat(5).trim(),
    }),
  },
  { title: 'a review body of 54 characters', content: aFaceContent({ reviewBody: LONG_REVIEW_BODY }) },
  {
    title: 'the longest of everything',
    content: aFaceContent({
      reviewBody: HUNDRED,
      submittingUnit: HUNDRED,
      specialty: HUNDRED.slice(0, 60),
      qualification: HUNDRED.slice(0, 20),
      printedName: 'TESTERSEN '.repeat(5).trim(),
      isTest: true,
    }),
  },
  { title: 'a large code', content: aFaceContent({ qrText: aQrText(1000) }) },
  {
    title: 'a test on localhost',
    content: aFaceContent({ host: 'localhost:3000', isTest: true, isSpecimen: true }),
  },
];

for (const { title, content } of CASES) {
  test(`${title}: nothing comes near the code, nothing leaves the border`, t => {
    const face = faceOf(content, fonts);
    const upright = [...face.print, ...face.seal].filter(one => one.kind !== 'text' || one.turnDegrees === 0);

    for (const one of upright) {
      const frame = frameOf(one);
      t.false(overlap(frame, frameOf(face.code)), JSON.stringify(one).slice(0, 120));
      t.true(
        frame.left >= 20 && frame.right <= 190 && frame.top >= 20 && frame.bottom <= 278,
        JSON.stringify(one).slice(0, 120),
      );
    }
  });

  test(`${title}: no line of text covers another`, t => {
    const lines = textsOf(faceOf(content, fonts)).filter(({ turnDegrees }) => turnDegrees === 0);

    for (const [i, one] of lines.entries()) {
      for (const other of lines.slice(i + 1))
        t.false(overlap(frameOf(one), frameOf(other)), `${one.text} / ${other.text}`);
    }
  });
}

// R21: name, sex, ID number, submitting unit, title, series, specialty, review body, date, and the number.
test('the face shows every field of the notice, in its order, with the ID number whole', t => {
  const content = aFaceContent();
  const words = said(content);
  const expected = [
    '天津市专业技术职务任职资格证书',
    `姓名${content.printedName}`,
    `性别${content.gender}`,
    '身份证号120199198203149931',
    `呈报单位${content.submittingUnit}`,
    '资格名称高级工程师',
    '系列工程技术人员',
    '专业建筑工程',
    '层级副高级',
    `评审机构${content.reviewBody}`,
    '取得资格时间2020年9月25日',
    '证书编号B1220200000017',
    '天津市人力资源和社会保障局2020年10月31日',
    '扫码查验zc.example.gov.cn',
    '任何形式的电子再转换版本无效',
    '第 001 版',
  ];

  const places = expected.map(one => words.indexOf(one));
  t.false(places.includes(-1), `missing: ${expected.filter((_, i) => places[i] === -1).join('; ')}`);
  t.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
});

// R26, R27.
test('a rare name is printed in pinyin, with a box for the hand and room for a stamp, and never itself', t => {
  const words = said(aRareFaceContent());

  t.true(words.includes('王HONG'));
  t.false(words.includes('𬭎'));
  t.true(words.includes('打印后由评审机构在方框内手写原字'));
  t.true(words.includes('加盖公章处'));
});

test('each replaced character has a box of 12 by 12 mm', t => {
  const boxes = (content: FaceContent) =>
    faceOf(content, fonts)
      .print.filter(one => one.kind === 'curves' && one.lines.length === 4 && one.ink === 'label')
      .map(frameOf);

  const [first] = boxes(aRareFaceContent());
  t.true(Math.abs((first?.bottom ?? 0) - (first?.top ?? 0) - 12) < 0.01);
  t.is(boxes(aRareFaceContent()).length, 1);
  t.is(boxes(aRareFaceContent({ name: '张𫖮㛃', printedName: '张YI JIE' })).length, 2);
  t.is(boxes(aFaceContent()).length, 0);
});

test('the stamp of 42 mm stands clear of the seal, the code and all values', t => {
  const face = faceOf(aRareFaceContent({ submittingUnit: HUNDRED }), fonts);
  const isStamp = (one: Primitive) => one.kind === 'curves' && one.ink === 'gold' && one.lines.length > 50;
  const stamp = face.print.find(isStamp);
  const frame = frameOf(stamp ?? face.code);

  t.true(Math.abs(frame.right - frame.left - 42) < 0.1);
  for (const one of [...face.seal, face.code, ...textsOf(face)]) {
    if (one.kind === 'text' && (one.text === '加盖公章处' || one.turnDegrees !== 0)) continue;
    t.false(overlap(frameOf(one), frame), JSON.stringify(one).slice(0, 120));
  }
});

// R20: never a replica of the real seal.
test('the seal says that it is a sample and bears no star', t => {
  const words = (isTest: boolean) =>
    faceOf(aFaceContent({ isTest }), fonts)
      .seal.map(one => (one.kind === 'text' ? one.text : ''))
      .join('');

  t.is(words(false), '天津市人力资源和社会保障局样章样本·无效印');
  t.is(words(true), '天津市人力资源和社会保障局样章测试专用');
});

test('a test certificate and a specimen are marked across the page and in words', t => {
  t.regex(said(aFaceContent({ isTest: true })), /^测试测试证书 · 不具有任何效力/);
  t.regex(said(aFaceContent({ isSpecimen: true })), /^样张样张 · 仅供核对/);
  t.regex(said(aFaceContent({ isTest: true, isSpecimen: true })), /^测试样张测试证书/);
  t.false(said(aFaceContent()).includes('不具有任何效力'));
});

test('a module is eight pixels at 300 dpi whatever the size of the code', t => {
  for (const digits of [300, 600, 1000]) {
    t.is(faceOf(aFaceContent({ qrText: aQrText(digits) }), fonts).code.moduleMm, MODULE_MM);
  }
  t.is(Math.round((MODULE_MM * 300) / 25.4), 8);
});

const TOO_LONG: readonly { title: string; changes: Partial<FaceContent> }[] = [
  { title: 'a unit of 1,000 characters', changes: { submittingUnit: HUNDRED.repeat(10) } },
  { title: 'an issuer of 60 characters', changes: { issuerName: HUNDRED.slice(0, 60) } },
  { title: 'a host of 120 letters', changes: { host: 'a'.repeat(120) } },
];

for (const { title, changes } of TOO_LONG) {
  test(`${title} is refused, not cut off`, t => {
    const error = t.throws(() => faceOf(aFaceContent(changes), fonts), { instanceOf: FaceRefused });

    t.is(error.code, 'FACE_DOES_NOT_FIT');
  });
}

test('a code of more than 75 mm is refused', t => {
  const size = 113;
  const modules = Array.from({ length: size }, () => Array.from({ length: size }, () => true));

  const error = t.throws(() => faceFor(aFaceContent(), { size, modules }, fonts), {
    instanceOf: FaceRefused,
  });
  t.is(error.code, 'FACE_DOES_NOT_FIT');
});

const FIELDS = [
  'printedName',
  'name',
  'submittingUnit',
  'qualification',
  'series',
  'specialty',
  'reviewBody',
  'issuerName',
  'host',
  'idNumber',
  'certificateNumber',
] as const;

for (const field of FIELDS) {
  test(`a hidden direction mark in ${field} is refused`, t => {
    const content = aFaceContent({ [field]: `测试\u202e文字` });

    const error = t.throws(() => faceOf(content, fonts), { instanceOf: FaceRefused });
    t.is(error.code, 'GLYPH_MISSING');
  });
}

test('markup in a value is printed as the characters it is', t => {
  t.true(
    said(aFaceContent({ submittingUnit: '</text><image href="x">&amp;' })).includes(
      '</text><image href="x">&amp;',
    ),
  );
});
