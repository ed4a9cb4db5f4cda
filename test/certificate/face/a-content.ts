/** Fictional contents of a certificate's face for tests. */
import type { FaceContent } from '../../../src/certificate/face/face.ts';

export const LONG_REVIEW_BODY =
  '中国城乡规划与基础设施绿色低碳融合发展综合技术研究领域高级专业技术职务任职资格评审委员会（部级委托评审）';

/** A certificate that fits easily; `changes` replace single fields. */
export function aFaceContent(changes: Partial<FaceContent> = {}): FaceContent {
  return {
    issuerName: '天津市人力资源和社会保障局',
    printedName: '张明远',
    name: '张明远',
    hasRareCharacters: false,
    gender: '男',
    idNumber: '120199198203149931',
    submittingUnit: '天津市住房建设委员会人事处（测试）',
    qualification: '高级工程师',
    series: '工程技术人员',
    specialty: '建筑工程',
    level: 'B',
    reviewBody: '天津市工程技术系列建筑工程专业高级职称评审委员会',
    obtainedOn: '2020-09-25',
    certificateNumber: 'B1220200000017',
    version: 1,
    issuedOn: '2020-10-31',
    qrText: aQrText(345),
    host: 'zc.example.gov.cn',
    annotator: '评审机构',
    isTest: false,
    isSpecimen: false,
    ...changes,
  };
}

/** The same with a rare character in the name. */
export function aRareFaceContent(changes: Partial<FaceContent> = {}): FaceContent {
  return aFaceContent({ printedName: '王HONG', name: '王𬭎', hasRareCharacters: true, ...changes });
}

/** A text of the code's form with that many digits after the form's number. */
export function aQrText(digits: number): string {
  return `https://zc.example.gov.cn/v#01${'1234567892'.repeat(digits).slice(0, digits)}`;
}
