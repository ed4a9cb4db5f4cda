/** The page of a use copy (加注): what it says of its use, beside the certificate's own content, and that everything has its room. */
import test from 'ava';
import { faceOf, MODULE_MM, QUIET_MODULES, type FaceContent } from '../../../src/certificate/face/face.ts';
import { openFonts } from '../../../src/certificate/face/glyphs.ts';
import { textWidth } from '../../../src/certificate/face/lines.ts';
import { FaceRefused, type TextRun } from '../../../src/certificate/face/primitives.ts';
import type { FaceUse } from '../../../src/certificate/face/use-band.ts';
import { qrSymbol } from '../../../src/certificate/qr/symbol.ts';
import { readOneCode } from '../../../src/certificate/read-image.ts';
import { makeRenderer } from '../../../src/certificate/render.ts';
import { aFaceContent, aQrText, aRareFaceContent, LONG_REVIEW_BODY } from './a-content.ts';

const fonts = openFonts();
const SENTENCE =
  '用于参加天津市滨海新区基础设施建设工程勘察设计项目公开招标的投标文件，证明本人具备高级工程师专业技术职务任职资格，仅供评标委员会在资格审查阶段查验使用，不得用于其他任何用途，不得转交他人，逾期自动失效';
const NAME =
  '天津市滨海新区公共资源交易中心建设工程招标投标监督管理办公室评标委员会资格审查小组（测试单位，仅供演示使用）的人';
const USE: FaceUse = {
  purpose: '岗位聘任核验',
  recipient: '天津样例人才有限公司（测试）',
  validThrough: '2026-09-12',
  madeOn: '2026-06-15',
  copy: 2,
};
const LONGEST: FaceUse = {
  ...USE,
  purpose: [...SENTENCE].slice(0, 100).join(''),
  recipient: [...NAME].slice(0, 60).join(''),
};

const textsOf = (content: FaceContent): readonly TextRun[] =>
  faceOf(content, qrSymbol(content.qrText), fonts).print.filter((one): one is TextRun => one.kind === 'text');
const said = (content: FaceContent): string =>
  textsOf(content)
    .map(({ text }) => text)
    .join('');

test('a use copy says on its face what for, for whom, until when, when it was made and how manieth it is', t => {
  const words = said(aFaceContent({ use: USE }));

  for (const part of [
    '加注副本',
    '第 2 份',
    '用于其他用途或提供给他人无效',
    `仅限用于：${USE.purpose}`,
    `提供给：${USE.recipient}`,
    '有效期至：2026年9月12日（含当日），逾期无效；2026年6月15日加注',
  ])
    t.true(words.includes(part), part);
});

test('a certificate says nothing of the kind', t => {
  t.notRegex(said(aFaceContent()), /加注|仅限用于|提供给/);
});

test('under its band stands everything that the certificate says', t => {
  const rows = (content: FaceContent): string => {
    const words = said(content);
    return words.slice(words.indexOf('姓名'));
  };

  for (const content of [aFaceContent(), aRareFaceContent()])
    t.is(rows({ ...content, use: USE }), rows(content));
});

test('a large mark says 加注副本 across the page, of a test copy 测试加注副本', t => {
  const marks = (content: FaceContent): string[] =>
    textsOf(content)
      .filter(({ ink }) => ink === 'mark')
      .map(({ text }) => text);

  t.deepEqual(marks(aFaceContent({ use: USE })), ['加注副本']);
  t.deepEqual(marks(aFaceContent({ use: USE, isTest: true })), ['测试加注副本']);
});

const PAGES: Readonly<Record<string, FaceContent>> = {
  'the longest words': aFaceContent({ use: LONGEST, qrText: aQrText(1000) }),
  'the longest words, unit and review body': aFaceContent({
    use: LONGEST,
    submittingUnit: LONG_REVIEW_BODY,
    reviewBody: LONG_REVIEW_BODY,
    qrText: aQrText(1000),
  }),
  'the longest words and a rare name': aRareFaceContent({
    use: LONGEST,
    qrText: aQrText(1000),
    isTest: true,
  }),
  'the longest words, a rare name and a long review body': aRareFaceContent({
    use: LONGEST,
    reviewBody: LONG_REVIEW_BODY,
    qrText: aQrText(1000),
  }),
};
for (const [name, content] of Object.entries(PAGES)) {
  test(`a use copy with ${name} fits its page, and no word enters the code's quiet zone or leaves the frame`, t => {
    const face = faceOf(content, qrSymbol(content.qrText), fonts);
    const quiet = QUIET_MODULES * MODULE_MM;
    const top = face.code.yMm - quiet;
    const right = face.code.xMm + face.code.size * MODULE_MM + quiet;

    for (const one of face.print) {
      if (one.kind !== 'text' || one.turnDegrees !== 0) continue;
      const end = one.xMm + textWidth(one.text, one, fonts);
      const enters = one.xMm < right && one.yMm > top && one.yMm - one.sizeMm * 0.8 < 247.6 + quiet;
      t.false(enters, one.text);
      t.true(one.xMm >= 28 && end <= 182, `${one.text} ${end}`);
    }
  });
}

test('words for which even the smallest size has no room are refused', t => {
  const content = aRareFaceContent({
    use: LONGEST,
    submittingUnit: LONG_REVIEW_BODY.repeat(2),
    reviewBody: LONG_REVIEW_BODY.repeat(2),
    specialty: LONG_REVIEW_BODY.repeat(2),
    qrText: aQrText(1000),
  });

  const refused = t.throws(() => faceOf(content, qrSymbol(content.qrText), fonts), {
    instanceOf: FaceRefused,
  });
  t.is(refused?.code, 'FACE_DOES_NOT_FIT');
});

test('the picture of a use copy gives its own code back', async t => {
  const content = aRareFaceContent({ use: LONGEST, isTest: true, qrText: aQrText(1000) });

  t.is(await readOneCode(await makeRenderer().renderChecked(content)), content.qrText);
});
