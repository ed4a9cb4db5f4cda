/** The foot of the face: the sentence of R28, how to verify, and the document version. Pure. */
import { breakLines, textWidth } from './lines.ts';
import type { Fonts, Primitive, Weight } from './primitives.ts';
import { FaceRefused, rule } from './primitives.ts';
import { run } from './rows.ts';

const TOP_MM = 262.5;
const BOTTOM_MM = 277;
const STYLE = { sizeMm: 2.75, weight: 400 as Weight, trackingMm: 0.06 };
const LINE_MM = 4.3;

/** Footer between the two sides. @throws FaceRefused FACE_DOES_NOT_FIT when issuer or host make it too high */
export function footOf(
  content: { readonly issuerName: string; readonly host: string; readonly version: number },
  { leftMm, rightMm }: { leftMm: number; rightMm: number },
  fonts: Fonts,
): readonly Primitive[] {
  const measure = (line: string) => textWidth(line, STYLE, fonts);
  const version = `第 ${String(content.version).padStart(3, '0')} 版`;
  const versionMm = measure(version);
  const origin = `本证书由${content.issuerName}制发，任何形式的电子再转换版本无效。`;
  const steps = `查验：一、用手机扫描二维码；二、确认打开的网址为 ${content.host}；三、逐项核对网页与本证书。`;
  const lines = [
    ...(breakLines(origin, rightMm - leftMm - versionMm - 6, measure) ?? []),
    ...(breakLines(steps, rightMm - leftMm, measure) ?? []),
  ];
  if (TOP_MM + lines.length * LINE_MM > BOTTOM_MM) {
    throw new FaceRefused('FACE_DOES_NOT_FIT', '页脚排不下，请缩短发证机关名称或查验网址后重新制证。');
  }
  const line = (text: string, i: number, xMm: number) =>
    run(text, { ...STYLE, xMm, yMm: TOP_MM + (i + 1) * LINE_MM + 0.6, ink: 'label' });
  return [
    rule([leftMm, TOP_MM], [rightMm, TOP_MM], { widthMm: 0.18, ink: 'gold' }),
    ...lines.map((text, i) => line(text, i, leftMm)),
    line(version, 0, rightMm - versionMm),
  ];
}
