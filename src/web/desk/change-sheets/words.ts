/** Words of changes in bulk. */
import type { ChangeSheetRows, ChangeSheetView } from '../../../shared/shapes/shapes.ts';
import type { Tone } from '../../shared/parts/tones.ts';

export type Change = ChangeSheetView['parts'][number]['change'];

export const CHANGE_NAMES: Readonly<Record<Change, string>> = {
  SUSPEND: '暂停使用',
  EXTEND: '延长暂停',
  RESUME: '恢复有效',
  REVOKE: '撤销',
  CANCEL: '注销',
};
export const SHEET_STATES: Readonly<
  Record<ChangeSheetView['state'], { readonly text: string; readonly tone: Tone }>
> = {
  open: { text: '待确认', tone: 'wait' },
  confirmed: { text: '正在办理', tone: 'wait' },
  done: { text: '已办完', tone: 'good' },
  refused: { text: '不予确认', tone: 'grey' },
  withdrawn: { text: '已撤回', tone: 'grey' },
};
export const ROW_STATES: Readonly<
  Record<ChangeSheetRows['items'][number]['state'], { readonly text: string; readonly tone: Tone }>
> = {
  waiting: { text: '待办', tone: 'wait' },
  done: { text: '已办成', tone: 'good' },
  failed: { text: '未能办理', tone: 'stop' },
  dropped: { text: '未办', tone: 'grey' },
};

export const words = {
  section: '批量变更',
  title: '批量变更',
  lead: '一份表一次变更许多证书，如整场评审被撤销。先逐行核对，经办人整份提议，另一人整份确认后才办理。',
  whole: {
    title: '新的批量变更',
    change: '整份的变更',
    each: '各行在表中写明',
    reason: '原因',
    reasonEach: '各行在表中写明',
    document: '决定文书文号',
    documentHint: '撤销、注销必填，如：津人社撤字〔2021〕1号。表中某行另写的，以那一行为准。',
    until: '暂停的最后一天',
    untilHint: '不填为 60 天；延长暂停必填。',
  },
  drop: {
    label: '批量变更表',
    title: '把表格拖到这里',
    over: '松开即开始核对',
    or: '或',
    pick: '选择文件',
    hint: '.xlsx、.csv 或 .json，最多 10,000 行、20 MB，至少有“证书编号”一列。也可以在表格软件里选中连同表头的各行，复制后在这里粘贴。',
    pasted: '粘贴的表格.csv',
    several: '一次只能核对一份表格，请逐份上传。',
    pastedNothing: '粘贴的内容不像一份表格。请在表格里连同表头一起选中再复制。',
    tooLarge: '文件超过 20 MB，请分成几份或删除多余内容后再传。',
  },
  checking: (name: string) => `正在核对 ${name}`,
  unread: '这份文件不能核对',
  checked: {
    good: (rows: number) => `核对无误，共 ${rows} 行`,
    bad: (faulty: number, rows: number) => `${rows} 行中有 ${faulty} 行有错误，整份不能提议`,
    nothing: '核对什么也没有改变。',
    mend: '请在原文件里改正这些行，再选择一次。',
    onlyFaults: '只看有错误的行',
    caption: '核对结果',
    more: (left: number) => `再显示 100 行（还有 ${left} 行）`,
    propose: (rows: number) => `提议这 ${rows} 行变更`,
    proposeLead: '提交后等待另一人确认；其间这些证书不接受别的变更提议。',
    other: '换一个文件',
    again: '重新核对',
  },
  columns: {
    line: '行号',
    number: '证书编号',
    holder: '持证人',
    change: '变更',
    state: '状态',
    result: '结果',
    reason: '原因',
    document: '文号',
    rows: '行数',
    file: '文件',
    proposed: '提议',
    progress: '进度',
  },
  step: (before: string, after: string) => `${before} → ${after}`,
  list: {
    title: '各份批量变更',
    caption: '批量变更，最近的在前',
    empty: '还没有批量变更。',
    counts: (done: number, failed: number, rows: number) =>
      failed === 0 ? `${done} / ${rows} 行` : `${done} / ${rows} 行，${failed} 行未能办理`,
  },
  sheet: {
    back: '返回批量变更',
    missing: '批量变更',
    title: (name: string) => `批量变更：${name}`,
    by: (name: string, time: string) => `${name} 于 ${time} 提议`,
    decided: (name: string, time: string) => `${name} 于 ${time} 办理`,
    finished: (time: string) => `${time} 全部办完，状态列表已发布。`,
    note: (note: string) => `理由：${note}`,
    parts: '要办什么',
    partsCaption: '按变更、原因、文号计数',
    partsMore: (count: number) => `另有 ${count} 种，请看下面各行。`,
    voids: '职称自取得之日起无效',
    digest: '摘要',
    operator: '系统操作员',
  },
  decide: {
    title: '确认或不予确认',
    own: '这是您提议的，须由另一人确认。确认之前可以撤回。',
    wait: '等待复核人或证书管理人员确认。',
    lead: '确认后立即逐行办理并通知持证人，全部办完即发布。撤销、注销不能恢复。请先看过下面各行。',
    count: (rows: number) => `要确认的行数（${rows}）`,
    countHint: '请照数输入，以免误点。',
    countWrong: (rows: number) => `请输入 ${rows}。`,
    confirm: (rows: number) => `确认变更 ${rows} 行`,
    refuse: '不予确认',
    refuseLead: '各证书保持现状；提议人会看到理由，可以改正后重新提议。',
    note: '理由',
    noteHint: '2 至 300 字，写明缺什么或错在哪里。',
    withdraw: '撤回提议',
    withdrawTitle: '撤回这份批量变更',
    withdrawLead: '各证书保持现状，可以重新提议。',
    confirmed: '已确认，正在逐行办理。',
    refused: '已不予确认，各证书保持现状。',
    withdrawn: '已撤回，各证书保持现状。',
  },
  progress: {
    title: '办理进度',
    count: (done: number, rows: number) => `${done} / ${rows} 行`,
    failed: (failed: number) => `其中 ${failed} 行未能办理`,
    leave: '在后台办理，可以离开或关闭本页，再回来时进度还在。',
    said: (percent: number) => `已办 ${percent}%`,
    finished: (done: number, failed: number) =>
      failed === 0 ? `全部 ${done} 行已办成。` : `已办成 ${done} 行，${failed} 行未能办理。`,
  },
  rows: {
    title: '各行',
    caption: '这份批量变更的各行',
    onlyFailed: '只看未能办理的行',
    empty: '没有这样的行。',
    download: '下载各行结果（CSV）',
  },
} as const;
