/**
 * The heads of a roster and what each column takes: the one list behind reading, checking, the template and its explanations.
 * Pure. Heads may stand in any order; fifteen are required, 姓名拼音 is optional, 错误说明 is ours and ignored when read.
 */
import { ID_TYPES } from '../../accounts/person-id.ts';
import { DomainError } from '../../shared/errors.ts';

export const REQUIRED_HEADS = [
  '姓名',
  '性别',
  '证件类型',
  '证件号码',
  '手机号码',
  '工作单位',
  '工作单位代码',
  '呈报单位',
  '系列',
  '专业',
  '层级',
  '资格名称',
  '评审机构',
  '取得资格时间',
  '核准备案日期',
] as const;
/** Readings for rare characters that have none on file, written `𠮷=JI`, several separated by blanks or commas. */
export const PINYIN_HEAD = '姓名拼音';
/** The column our own answer adds; a corrected file may carry it back. */
export const ERROR_HEAD = '错误说明';

/** The day on which an exam body told people that they passed (R12). */
export const NOTIFIED_HEAD = '通过通知日期';
/** Management number (管理号) of the national certificate that goes with a pass, if any (R6). */
export const EXTERNAL_HEAD = '管理号';

/** Heads of a sheet that changes many certificates at once (src/changes/sheets): read by the same means, under the same protections. */
export const CHANGE_HEADS = ['证书编号', '变更', '原因代码', '文号', '截止日期'] as const;

export type RequiredHead = (typeof REQUIRED_HEADS)[number];
export type RosterHead =
  | RequiredHead
  | typeof PINYIN_HEAD
  | typeof NOTIFIED_HEAD
  | typeof EXTERNAL_HEAD
  | (typeof CHANGE_HEADS)[number];
/** Every head a committee's roster may have, in the order of the template. */
export const ROSTER_HEADS = [...REQUIRED_HEADS, PINYIN_HEAD] as const;

/** The heads of one kind of roster. */
export interface HeadList {
  readonly required: readonly RosterHead[];
  readonly all: readonly RosterHead[];
  /** What its template says of a column, where it is not what COLUMN_NOTES says. */
  readonly notes?: Readonly<Partial<Record<RosterHead, string>>>;
  /** What its template explains below the columns, the heads first; the series and their titles unless given. */
  readonly legend?: readonly (readonly string[])[];
}

export const COMMITTEE_ROSTER: HeadList = { required: REQUIRED_HEADS, all: ROSTER_HEADS };

const EXAM_HEADS: readonly RosterHead[] = [
  '姓名',
  '性别',
  '证件类型',
  '证件号码',
  '手机号码',
  '系列',
  '专业',
  '层级',
  '资格名称',
  '取得资格时间',
  NOTIFIED_HEAD,
];
/** Passes as an exam body sends them (R12): no units, no review body; 取得资格时间 is the day of the last exam passed (R23). */
export const EXAM_ROSTER: HeadList = {
  required: EXAM_HEADS,
  all: [...EXAM_HEADS, EXTERNAL_HEAD, PINYIN_HEAD],
  notes: {
    专业: '考试的专业，不超过 60 个字。',
    取得资格时间: '考试之日，分几天或几年考完的为最后一科之日，如 2020-09-06。',
  },
};

/** Thrown when the heads are not exactly the required ones; names what is missing, unknown or repeated. */
export class RosterHeadWrong extends DomainError {
  constructor(detail: string) {
    super('ROSTER_HEAD_WRONG', detail);
  }
}

/**
 * The column each head stands for, in the file's order; undefined for blank heads and for 错误说明.
 *
 * @throws RosterHeadWrong naming every missing, unknown and repeated head
 */
export function matchHeads(
  raw: readonly string[],
  { required, all }: HeadList = COMMITTEE_ROSTER,
): readonly (RosterHead | undefined)[] {
  const heads = raw.map(head => head.replace(/[\s\uFEFF]/g, ''));
  const known: readonly string[] = all;
  const missing = required.filter(head => !heads.includes(head));
  const unknown = heads.filter(head => head !== '' && head !== ERROR_HEAD && !known.includes(head));
  const repeated = known.filter(head => heads.indexOf(head) !== heads.lastIndexOf(head));
  const complaints = [
    complaint('缺少', missing),
    complaint(
      '不认识',
      unknown.slice(0, 5).map(head => head.slice(0, 20)),
    ),
    complaint('重复', repeated),
  ].filter(text => text !== undefined);
  if (complaints.length > 0) {
    throw new RosterHeadWrong(`表头不对：${complaints.join('；')}。请按模板的表头改正后重新上传。`);
  }
  return heads.map(head => (known.includes(head) ? (head as RosterHead) : undefined));
}

/** True when the text is one of the heads of a roster, so that the file is at least meant as one. */
export function isRosterHead(text: string, { all }: HeadList = COMMITTEE_ROSTER): boolean {
  const head = text.replace(/[\s\uFEFF]/g, '');
  return (all as readonly string[]).includes(head);
}

function complaint(word: string, heads: readonly string[]): string | undefined {
  return heads.length > 0 ? `${word}“${heads.join('”“')}”` : undefined;
}

/** What the template says about each column, and the width of the column in characters. */
export const COLUMN_NOTES: Readonly<Record<RosterHead, { readonly note: string; readonly width: number }>> = {
  姓名: { note: '与身份证件一致的真实姓名，生僻字填原字，不用拼音代替；间隔点用“·”。', width: 16 },
  性别: { note: '男 或 女，须与证件号码一致。', width: 6 },
  证件类型: { note: `${ID_TYPES.join('、')} 之一。`, width: 20 },
  证件号码: { note: '须为文本格式的完整号码，末位 X 可大写可小写。', width: 22 },
  手机号码: { note: '本人使用的 11 位中国大陆手机号，作为查验的预留手机号。', width: 14 },
  工作单位: { note: '单位全称，不印在证书上。', width: 32 },
  工作单位代码: { note: '18 位统一社会信用代码。', width: 22 },
  呈报单位: {
    note: '业务主管部门或档案存放地人力资源服务机构全称，印在证书上；不是工作单位自身。',
    width: 32,
  },
  系列: { note: '职称系列全称或两位代码，见下表。', width: 20 },
  专业: { note: '评审通过的专业，不超过 60 个字。', width: 20 },
  层级: { note: '正高级、副高级、中级、助理级、员级 之一；不能只填“初级”。', width: 10 },
  资格名称: { note: '该系列该层级的资格名称全称，见下表。', width: 20 },
  评审机构: { note: '职称评审委员会全称，不超过 100 个字。', width: 40 },
  取得资格时间: { note: '评审委员会通过之日，如 2021-06-18。', width: 14 },
  核准备案日期: { note: '评审结果经核准备案之日，如 2021-07-05；其后五个工作日内上传。', width: 14 },
  姓名拼音: { note: '可不设此列。生僻字系统没有读音时填写，如 𠮷=JI；多个用逗号隔开。', width: 16 },
  通过通知日期: { note: '考试机构通知通过之日，如 2020-10-16；不是取得资格时间。', width: 14 },
  管理号: { note: '可不设此列。全国统一证书的管理号。', width: 24 },
  证书编号: { note: '字母加 13 位数字，如 B1220210001233；同一编号只写一行。', width: 20 },
  变更: { note: '暂停、恢复、撤销、注销 之一；整份相同的可不设此列，上传时选定。', width: 10 },
  原因代码: { note: '见下表；某项变更只有一个原因的可不填。', width: 22 },
  文号: { note: '决定文书文号，撤销、注销必填；整份相同的可不设此列，上传时填写。', width: 26 },
  截止日期: { note: '只用于暂停：最后一天，如 2021-09-30；不填为 60 天。', width: 14 },
};
