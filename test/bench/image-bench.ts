/** How long one certificate's picture takes, reading it back included, and how much memory a run of them needs. */
import type { FaceContent } from '../../src/certificate/face/face.ts';
import { makeRenderer } from '../../src/certificate/render.ts';

export interface ImageFigures {
  /** Mean milliseconds from record to checked PNG, fonts already open. */
  readonly msEach: number;
  /** Largest resident set of the process, in 10⁶ bytes, over the whole run. */
  readonly peakRssMb: number;
  /** Mean size of the file. */
  readonly pngBytes: number;
}

const SURNAMES = '张王李赵陈刘杨黄周吴徐孙马朱胡郭何林高罗';
const GIVEN = '明远文澜建邦静怡海潮清扬守业小棠子豪晓宁嘉欣立本语凡';

/** Makes and checks that many different certificates, one after another. */
export async function imageBench(count: number): Promise<ImageFigures> {
  const renderer = makeRenderer();
  await renderer.renderChecked(contentOf(0));

  let [bytes, peakRss] = [0, 0];
  const from = performance.now();
  for (let i = 1; i <= count; i++) {
    const png = await renderer.renderChecked(contentOf(i));
    bytes += png.length;
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
  }
  const msEach = (performance.now() - from) / count;
  return { msEach, peakRssMb: peakRss / 1e6, pngBytes: Math.round(bytes / count) };
}

/** A fictional certificate; every ninth has a rare character, every seventh a long review body. */
export function contentOf(i: number): FaceContent {
  const surname = SURNAMES[i % SURNAMES.length] ?? '张';
  const given = `${GIVEN[(i * 5) % GIVEN.length] ?? '明'}${GIVEN[(i * 3 + 1) % GIVEN.length] ?? '远'}`;
  const isRare = i % 9 === 0;
  const serial = String(i).padStart(6, '0');
  const digits = Array.from({ length: 345 }, (_, k) => ((k * 7 + i * 3 + ((k * k) % 11)) % 9) + 1).join('');
  return {
    issuerName: '天津市人力资源和社会保障局',
    printedName: isRare ? `${surname}HONG` : surname + given,
    name: isRare ? `${surname}𬭎` : surname + given,
    hasRareCharacters: isRare,
    gender: i % 2 === 0 ? '男' : '女',
    idNumber: `120199198203${serial}`,
    submittingUnit: `天津市第${i}建设集团有限公司人事处（测试）`,
    qualification: '高级工程师',
    series: '工程技术人员',
    specialty: '建筑工程',
    level: 'B',
    reviewBody:
      i % 7 === 0
        ? '中国城乡规划与基础设施绿色低碳融合发展综合技术研究领域高级专业技术职务任职资格评审委员会（部级委托评审）'
        : '天津市工程技术系列建筑工程专业高级职称评审委员会',
    obtainedOn: '2020-09-25',
    certificateNumber: `B122020${serial}7`,
    version: 1,
    issuedOn: '2020-10-31',
    qrText: `https://zc.example.gov.cn/v#01${digits}`,
    host: 'zc.example.gov.cn',
    annotator: '评审机构',
    isTest: true,
    isSpecimen: false,
  };
}
