/** Words of the console's frame, sign-in and account; each section has its own file. One word per thing, as in the README's glossary. */
import type { GrantView } from '../../shared/shapes/shapes.ts';

type Role = GrantView['role'];

export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  holder: '持证人',
  employer: '用人单位',
  department: '主管部门',
  organiser: '评委会组建单位',
  'exam-body': '考试机构',
  'registration-body': '注册机构',
  handler: '经办',
  approver: '复核',
  'revocation-officer': '证书管理',
  administrator: '系统管理',
  auditor: '审计',
};

/** The archive body reviews as a department does (R14), and is called by its own name. */
export function grantWords({ role, capacity }: Pick<GrantView, 'role' | 'capacity'>): string {
  return capacity === 'archive' ? '档案存放机构' : ROLE_NAMES[role];
}

export const words = {
  site: '职证工作台',
  nav: '工作台栏目',
  groups: { work: '办理', look: '查看', register: '登记', system: '系统' },
  menu: '栏目',
  actingAs: '当前身份',
  account: '我的账号',
  leave: '退出登录',
  restored:
    '数据库由备份恢复，正在核对：现在只能查阅和导出，不受理任何办理。请系统管理员运行 zhicheng reconcile。',
  lost: { title: '没有这个页面', text: '网址可能写错了，或者内容已不在。', back: '返回首页' },
  nothing: {
    title: '还没有可以办理的事',
    text: '您的账号还没有办理职称证书业务的身份，请联系本单位管理员或市局管理员开通。',
  },
  notForRole: {
    title: '当前身份不能打开这一页',
    text: '请在上方换成有权限的身份，或回到首页。',
  },
  outdated: '页面已有新版本，请刷新后再试；未提交的内容请先自行留存。',
  refresh: '刷新页面',

  signIn: {
    title: '工作人员登录',
    lead: '用人单位、主管部门、评委会组建单位、考试机构和市人社局的工作人员由此进入。',
    login: '账号',
    password: '密码',
    show: '显示密码',
    code: '动态口令',
    codeHint: '打开手机上的口令应用，填写当前的 6 位数字；每个口令只能用一次。',
    enter: '登录',
    blankLogin: '请填写账号。',
    blankPassword: '请填写密码。',
    blankCode: '请填写 6 位动态口令。',
    help: '登录不了？',
    helpSteps: [
      '密码和动态口令由市局管理员发放；忘记密码或换了手机，请联系市局管理员重置。',
      '口令总不对：请把手机时间设为自动校准。',
      '连续失败 5 次会暂停 15 分钟，请稍后再试。',
      '本人申请、领取职称证书不在这里办理，请到“我的职称证书”。',
    ],
    holderLink: '我的职称证书',
    again: '登录已结束，请重新登录',
    againLead: '您填写的内容都在，登录后接着办。',
    holder: '当前是持证人登录，不能办理工作事项。请退出后用工作账号登录。',
  },

  accountPage: {
    title: '我的账号',
    person: '姓名',
    login: '账号信息',
    idNumber: '证件号码',
    grants: '身份',
    grantsLead: '身份由市局管理员设置。',
    password: '修改密码',
    mustChange: '这是管理员发放的初始密码，请先改成您自己的密码。',
    old: '当前密码',
    fresh: '新密码',
    freshHint: '至少 12 个字符；几个不相干的词连起来，好记也难猜。',
    again: '再写一遍新密码',
    differs: '两遍新密码不一致，请重写。',
    change: '修改密码',
    changed: '密码已修改，其他设备上的登录已经结束。',
    blank: '请填写。',
    sessions: '登录的设备',
    current: '（本机）',
    end: '结束登录',
    since: (time: string) => `${time} 登录`,
    seen: (time: string) => `最近使用：${time}`,
  },
} as const;
