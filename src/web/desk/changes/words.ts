/** Words of changes to certificates. */
import type { CertificateRecord, ChangeView } from '../../../shared/shapes/shapes.ts';
import { fullDayWords } from '../../shared/dates.ts';

export type Kind = ChangeView['kind'];
export type Made = CertificateRecord['versions'][number]['changes'][number]['change'];

export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  SUSPEND: '暂停使用',
  EXTEND: '延长暂停',
  RESUME: '恢复有效',
  REVOKE: '撤销',
  CANCEL: '注销',
  CORRECT: '更正换发',
};
export const MADE_NAMES: Readonly<Record<Made, string>> = {
  SUSPEND: '暂停使用',
  EXTEND: '延长暂停',
  RESUME: '恢复有效',
  REVOKE: '撤销',
  CANCEL: '注销',
  SUPERSEDE: '换发新版本',
};

/** The word of a decision document's number that tells what was decided. */
const DOCUMENT_SIGNS: Readonly<Record<Kind, string>> = {
  SUSPEND: '核',
  EXTEND: '核',
  RESUME: '核',
  REVOKE: '撤',
  CANCEL: '注',
  CORRECT: '换',
};

/** What the holder and everyone who checks will see once it is confirmed. */
export function effectWords(
  kind: Kind,
  { until, voidFromObtained = false }: { until?: string | undefined; voidFromObtained?: boolean },
): readonly string[] {
  switch (kind) {
    case 'SUSPEND':
      return [
        '任何人查验都显示“核查中，暂停使用”，不显示原因。',
        '持证人看到原因，暂停期间不能下载、打印、分享。',
        until === undefined
          ? '到截止日期当天 24:00 自动恢复有效。'
          : `到 ${fullDayWords(until)} 24:00 自动恢复有效，也可以提前恢复或撤销。`,
      ];
    case 'EXTEND':
      return [
        '任何人查验仍显示“核查中，暂停使用”，不显示原因。',
        until === undefined
          ? '到新的截止日期当天 24:00 自动恢复有效。'
          : `到 ${fullDayWords(until)} 24:00 自动恢复有效，也可以提前恢复或撤销。`,
        '一次暂停只能延长一次，持证人会收到短信。',
      ];
    case 'RESUME':
      return ['任何人查验都重新显示“有效”。', '持证人可以照常下载、打印、分享。'];
    case 'REVOKE':
      return [
        '任何人查验都显示“已撤销”和撤销日期，不显示原因。',
        '持证人看到原因、决定文号和救济途径（60 日内申请行政复议，6 个月内提起行政诉讼）。',
        voidFromObtained ? '职称自取得之日起无效。' : '职称自决定之日起无效。',
        '撤销后不能恢复；编号永久保留，不再使用。',
      ];
    case 'CANCEL':
      return [
        '任何人查验都显示“已注销”和注销日期。',
        '持证人看到原因和决定文号，证书不能再使用。',
        '注销后不能恢复；编号永久保留，不再使用。',
      ];
    case 'CORRECT':
      return [
        '更正进入本月批次，另经核对、批准后，换发同一编号的新版本。',
        '新版本制成之前，现有版本仍然有效；制成之后显示“已换发新版本”。',
        '层级、资格名称有误不能更正，须撤销后重新申报。',
      ];
    default:
      return kind satisfies never;
  }
}

export const words = {
  section: '证书变更',
  title: '证书变更',
  lead: '暂停、延长暂停、恢复、撤销、注销、更正，都由经办人提议，另一人确认后才生效。',
  find: {
    label: '查一张证书',
    hint: '证书编号：字母加 13 位数字，如 B1220210001233。',
    button: '查找',
    blank: '请填写证书编号。',
  },
  /** After a refusal that tells that the page was old. */
  anew: (detail: string) => `${detail}下面已更新为现在的情况。`,
  open: {
    title: '待确认',
    empty: '没有等待确认的提议。',
    emptyHandler: '查到证书后，可以在证书页提议变更。',
  },
  past: { title: '最近办结', empty: '还没有办结的变更。', caption: '最近办结的变更提议' },
  columns: {
    number: '证书编号',
    kind: '变更',
    reason: '原因与内容',
    proposed: '提议',
    decided: '办结',
    result: '结果',
  },
  states: { open: '待确认', confirmed: '已确认', refused: '不予确认', withdrawn: '提议人已撤回' },
  proposal: {
    title: (kind: string) => `提议：${kind}`,
    reason: '原因',
    document: '决定文号',
    until: '截止日期',
    name: '姓名更正为',
    namePinyin: '生僻字读音',
    gender: '性别更正为',
    idNumber: '证件号码更正为',
    submittingUnit: '呈报单位更正为',
    specialty: '专业更正为',
    proof: '证明材料',
    by: (name: string, time: string) => `${name} 于 ${time} 提议`,
    decidedBy: (name: string, time: string) => `${name} 于 ${time} 办理`,
    note: (note: string) => `理由：${note}`,
    own: '这是您提议的，须由另一人确认。写错了可以撤回，再重新提议。',
    wait: '等待复核人或证书管理人员确认。',
    effect: '确认之后',
    outdated: '证书已有变化，这项提议不能再确认。',
    confirm: '确认',
    refuse: '不予确认',
    of: (kind: string, number: string) => `${kind} ${number}`,
    askConfirm: (kind: string, number: string) => `确认${kind} ${number}`,
    askConfirmLead: '确认后立即生效，公开的状态随后更新：',
    askCorrectLead: '确认后不立即生效：',
    askRefuse: (kind: string, number: string) => `不予确认：${kind} ${number}`,
    askRefuseLead: '证书保持现状；提议人会看到理由，可以补充后重新提议。',
    noteLabel: '理由',
    noteHint: '2 至 300 字，写明缺什么或错在哪里。',
    confirmed: (kind: string, number: string) => `${number} 已${kind}。`,
    corrected: (number: string) => `${number} 的更正已确认，进入本月批次等待核对。`,
    refused: (number: string) => `${number} 的提议不予确认，证书保持现状。`,
    withdraw: '撤回提议',
    askWithdraw: (kind: string, number: string) => `撤回提议：${kind} ${number}`,
    askWithdrawLead: '撤回后没有人能再确认这项提议；证书保持现状，可以重新提议。',
    withdrawn: (number: string) => `${number} 的提议已撤回，证书保持现状。`,
  },

  record: {
    title: (number: string) => `证书 ${number}`,
    back: '返回证书变更',
    facts: {
      name: '姓名',
      idNumber: '证件号码',
      qualification: '资格名称',
      level: '层级',
      series: '系列 · 专业',
      submittingUnit: '呈报单位',
      reviewBody: '评审机构',
      obtainedOn: '取得资格时间',
    },
    suspended: (day: string, isExtended: boolean) =>
      `${isExtended ? '已延长一次，不能再延长；' : ''}到 ${day} 24:00 自动恢复有效。`,
    versions: '版本与状态',
    version: (version: number) => `第 ${version} 版`,
    issued: (day: string, month: string) => `${day}签发，${month}批次`,
    collect: (day: string) => `${day}起可领取`,
    application: '查看申请',
    verify: '打开查验页',
    madeBy: (name: string) => `${name}确认`,
    document: (text: string) => `文号 ${text}`,
    until: (time: string) => `到 ${time}`,
    invalidFrom: (day: string) => `自 ${day}起无效`,
    noChanges: '签发以来没有变更。',
    technical: '密钥与依据',
    key: '签名密钥',
    basis: '制证依据',
    past: '已办结的提议',
    looked: '查看已记入审计，持证人可以看到。',
  },

  propose: {
    title: '提议变更',
    kind: '要办理的变更',
    reason: '原因',
    reasonIs: (name: string) => `原因：${name}`,
    chooseReason: '请选择',
    document: '决定文书文号',
    documentHint: (kind: Kind) => `如：津人社${DOCUMENT_SIGNS[kind]}字〔2021〕1号`,
    until: '暂停的最后一天',
    untilHint: (day: string, latest: string) =>
      `不改则为 ${fullDayWords(day)}（60 天），至迟 ${fullDayWords(latest)}。`,
    extendHint: (through: string, latest: string) =>
      `须晚于现在的最后一天 ${fullDayWords(through)}，至迟 ${fullDayWords(latest)}；只能延长一次。`,
    correctHint: '只填要更正的，其余不变；至少填一项。',
    name: '更正后的姓名',
    namePinyin: '生僻字读音',
    namePinyinHint: '系统不认识的生僻字才填，如 𠮷=JI。',
    gender: '更正后的性别',
    genderHint: '男 或 女。更正证件号码的不用填，随号码改。',
    idNumber: '更正后的证件号码',
    idNumberHint: '证件类型不变；须有公安机关的证明。',
    submittingUnit: '更正后的呈报单位',
    submittingUnitHint: '当时填错的才更正；换单位、单位改名不用更正。',
    specialty: '更正后的专业',
    specialtyHint: '当时填错的才更正，与评审结果一致。',
    proof: '已核验的证明材料',
    proofHint: '如：户口簿姓名变更页。不要写证件号码。',
    effect: '确认之后会怎样',
    button: '提交提议',
    askTitle: (kind: string, number: string) => `提议${kind} ${number}`,
    askLead: '提交后等待另一人确认；确认之前证书保持现状。确认之后：',
    done: '已提交，等待另一人确认。',
    none: (state: string) => `证书${state}，没有可以办理的变更。`,
    pending: '已有一项变更待确认，办结后才能提议新的变更。',
  },
} as const;
