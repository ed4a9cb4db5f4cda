/** Words of the registers: organisations, committees, entitlements, the working calendar. */
import type { OrganisationView } from '../../../shared/shapes/shapes.ts';
import { fullDayWords } from '../../shared/dates.ts';

export const CAPACITY_NAMES: Readonly<Record<OrganisationView['capacities'][number], string>> = {
  bureau: '市人社局',
  department: '业务主管部门',
  archive: '档案存放机构',
  'exam-body': '考试机构',
  organiser: '评委会组建单位',
  employer: '用人单位',
  'registration-body': '注册管理机构',
};
export const LEVEL_NAMES = { A: '正高级', B: '副高级', C: '中级', D: '助理级', E: '员级' } as const;
export const CAPACITY_OPTIONS = Object.entries(CAPACITY_NAMES).map(([value, name]) => ({ value, name }));
export const LEVEL_OPTIONS = Object.entries(LEVEL_NAMES).map(([value, name]) => ({ value, name }));

const OPEN_END = '至今';

/** `2021 年 1 月 1 日至 2023 年 12 月 31 日` */
export function periodWords({ from, to }: { from: string; to: string | null }): string {
  return to === null ? `${fullDayWords(from)}起` : `${fullDayWords(from)}至 ${fullDayWords(to)}`;
}

export const registerWords = {
  openEnd: OPEN_END,
  name: '单位名称',
  code: '统一社会信用代码',
  capacities: '身份',
  from: '起始日期',
  to: '最后一日',
  toHint: '没有确定的止期就不填。',
  series: '系列',
  levels: '层级',
  period: '有效期',
  state: '状态',
  running: '有效',
  over: '已终止',
  coming: '未开始',
  actions: '操作',
  readOnly: '登记由市局管理员维护；有误请联系市局。',
  added: '已登记。',
  ended: '已终止。',
  ending: {
    button: '终止',
    yes: '确认终止',
    to: '最后一日',
    hint: '这一天仍然有效，次日起失效。',
  },
  organisations: {
    title: '单位',
    add: '登记单位',
    sought: '名称或代码',
    capacity: '身份',
    all: '全部身份',
    empty: '没有找到符合条件的单位。',
    emptyHint: '换几个字再找，或清空条件看全部。',
    region: '单位列表',
    lead: '各单位凭登记的身份办理业务；一个单位可以有几种身份。',
    addLead: '请对照登记证书填写；名称会印在证书的“呈报单位”“评审机构”上。',
    codeHint: '18 位，由登记证书抄录；系统会核对校验位。',
    submit: '登记',
    addCapacity: '增加身份',
    addCapacityTitle: '增加身份',
    capacityAdded: '身份已增加。',
    links: '隶属关系',
    linksLead: '用人单位的申报逐级报送到这里登记的业务主管部门或档案存放机构。同一时间只有一个。',
    noLinks: '还没有隶属关系。没有业务主管部门的，由本人选择档案存放机构。',
    above: '上级单位',
    below: '下级单位',
    addLink: '登记隶属关系',
    linkEnds: (name: string) => `终止与“${name}”的隶属关系？`,
    linkEndsLead: '此后新提交的申报不再报送到原上级；已在办的不受影响。',
    committees: '组建的评审委员会',
    entitlements: '自主聘任资格',
    accounts: '看本单位的账号',
    none: '没有。',
  },
  committees: {
    title: '评审委员会',
    lead: '评审结果上传时，系统按这里备案的系列、层级和有效期核对。',
    add: '登记评审委员会',
    addLead: '请按核准备案的文件填写。',
    name: '评审委员会全称',
    filingNumber: '备案文号',
    subtype: '类型',
    subtypes: [
      { value: '社会化评审', name: '社会化评审' },
      { value: '自主评审', name: '自主评审' },
    ],
    organiser: '组建单位',
    empty: '还没有备案的评审委员会。',
    emptyHint: '没有备案的评审委员会，组建单位不能上传评审结果。',
    noneFound: '没有名称或文号含这几个字的评审委员会。',
    sought: '名称、文号或组建单位',
    region: '评审委员会列表',
    ends: (name: string) => `终止“${name}”的备案？`,
    endsLead: '最后一日以后通过的评审结果不能再上传；此前通过的仍然有效。',
  },
  entitlements: {
    title: '自主聘任资格',
    lead: '用人单位按核准的系列和层级自主聘任；没有登记的不能由聘任取得职称。',
    add: '登记自主聘任资格',
    addLead: '请按核准文件填写。',
    employer: '用人单位',
    document: '核准文号',
    levelsHint: '正高级、副高级须在核准文件中写明。',
    empty: '还没有登记自主聘任资格。',
    emptyHint: '没有登记的单位，其职工不能以“单位自主聘任”申报。',
    noneFound: '没有单位名称或文号含这几个字的资格。',
    sought: '单位或文号',
    region: '自主聘任资格列表',
    ends: (name: string) => `终止“${name}”的自主聘任资格？`,
    endsLead: '最后一日以后的聘任不能再申报；此前的聘任仍可申报。',
  },
  calendar: {
    title: '工作日历',
    heading: (year: string) => `${year} 年工作日历`,
    lead: '上传期限和每月 15 日的截止日按这里的放假安排推算。',
    previous: '上一年',
    next: '下一年',
    source: '依据',
    builtIn: '系统内置的国务院办公厅放假安排',
    bureau: '市局录入',
    missing: (year: string) => `还没有 ${year} 年的放假安排`,
    missingLead:
      '在录入之前，这一年的上传期限和截止日都推算不出来，涉及的申报不能上传。国务院办公厅通常在前一年十一月发布，请及时录入。',
    dates: '各月截止',
    month: '批次',
    cutoff: '上传截止',
    moved: '（顺延）',
    checkDue: '市局核对',
    collect: '可领取',
    atOnce: '制证后即可',
    weekdays: ['一', '二', '三', '四', '五', '六', '日'],
    monthName: (month: number) => `${month} 月`,
    off: '放假',
    offMark: '休',
    workMark: '班',
    work: '上班',
    cutoffDay: '截止',
    legend: '红字“休”为放假，“班”为调休上班，方框为上传截止日。',
    print: '打印',
    edit: '录入放假安排',
    editTitle: (year: string) => `录入 ${year} 年放假安排`,
    editLead: '录入后，这一年只按录入的安排推算；已经存下的期限不变。',
    document: '文件名称或文号',
    documentHint: '如：国务院办公厅关于 2027 年部分节假日安排的通知（国办发明电〔2026〕1号）。',
    days: '放假和调休',
    daysHint:
      '一行一天或一段：日期 放假或上班 节日名称。如“2027-01-01 放假 元旦”“2027-02-05 至 2027-02-11 放假 春节”“2027-02-14 上班 春节调休”。',
    badLine: (line: number) => `第 ${line} 行看不懂，请写成“2027-01-01 放假 元旦”。`,
    save: '核对并保存',
    confirm: (year: string) => `保存 ${year} 年的放假安排？`,
    confirmLead: (off: number, work: number) => `放假 ${off} 天，调休上班 ${work} 天。此后的期限都按它推算。`,
    yes: '保存',
    saved: '已保存。',
  },
} as const;

/** What each register's page says of itself. */
export type RegisterSaid = Readonly<
  Record<'title' | 'lead' | 'add' | 'sought' | 'noneFound' | 'empty' | 'emptyHint', string>
>;
