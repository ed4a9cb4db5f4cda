/** The verify page in Chinese, the law's language. */
import { LEVEL_NAMES } from '../../../certificate/level.ts';
import { clockTimeAt, dateAt, toChineseDate, type Instant } from '../../../shared/time.ts';
import type { Words } from './words.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export const chinese: Words = {
  lang: 'zh-CN',
  otherLanguage: 'English',
  page: '职称证书查验',
  verdicts: {
    valid: { headline: '证书有效', advice: '签名真实，且最新状态为有效。请逐项核对下列内容。' },
    'valid-as-of': { headline: '签名真实', advice: '此后的撤销或暂停不会反映在这里，请在联网后重新查验。' },
    'status-unknown': {
      headline: '仅验证了签名，未能查询最新状态',
      advice: '证书签名真实，但不能确认现在是否仍然有效，请联网后重新查验。',
    },
    suspended: { headline: '核查中，暂停使用', advice: '发证机关正在核查本证书，核查期间不得使用。' },
    revoked: { headline: '已撤销', advice: '本证书已被发证机关撤销，不再有效。' },
    superseded: { headline: '已换发新版本', advice: '本版本不再使用，请向持证人索要新版证书。' },
    expired: { headline: '加注副本已过有效期', advice: '这份加注副本不能再使用，请持证人重新出具。' },
    'not-ours': {
      headline: '不是本系统签发的证书',
      advice: '未核验到本系统的签名，请勿将其视为电子职称证书。',
    },
    invalid: {
      headline: '证书信息无法通过验证',
      advice: '内容可能被改动，请勿采信，并请持证人出示原始证书。',
    },
    unreadable: {
      headline: '二维码无法读出',
      advice: '二维码残缺或被改动，不能证明任何内容。请擦净后对准重新扫描，或请持证人出示清晰的证书。',
    },
    checking: { headline: '正在查验…', advice: '请稍候。' },
    unavailable: {
      headline: '暂时无法查验',
      advice: '没有取得核验所需的资料，本页未作任何判断，证书真伪未知。请联网后重试。',
    },
    'clock-wrong': {
      headline: '本机时间似乎不对，无法判断',
      advice: '签名真实，但签发时间晚于本机时间。请校准手机的日期和时间，联网后重新查验。',
    },
    unsupported: {
      headline: '此浏览器无法查验',
      advice:
        '浏览器不能核验数字签名，本页未作任何判断，证书真伪未知。请换用系统浏览器打开，或用另一部手机扫码。',
    },
  },
  keyRevoked: {
    headline: '签名密钥已作废',
    advice: '签发它的密钥已作废，不得采信；请持证人向发证机关申请换发。',
  },
  keyRevokedRenewed: {
    headline: '签名密钥已作废',
    advice: '签发它的密钥已作废，不得采信；该编号已换发新版本，请持证人出示新版证书。',
  },
  validCopy: {
    headline: '加注副本有效',
    advice: '签名真实，且最新状态为有效。只能用于下列事项，请逐项核对。',
  },
  asOf: at => `签名真实，状态为 ${minuteOf(at)} 的记录（当前未能联网核实）`,
  early: at => `签名真实，状态为 ${minuteOf(at)} 的记录`,
  earlyNote: '正在联网核实最新状态，请稍候再看结论。',
  testBanner: '测试证书，无法律效力',
  fieldsTitle: '与纸面逐项核对',
  fields: {
    name: '姓名',
    gender: '性别',
    idNumber: '身份证号',
    submittingUnit: '呈报单位',
    qualification: '资格名称',
    series: '系列',
    specialty: '专业',
    level: '层级',
    reviewBody: '评审机构',
    obtainedOn: '取得资格时间',
    certificateNumber: '证书编号',
    version: '版本',
    issuedAt: '发证日期',
  },
  level: level => `${LEVEL_NAMES[level]}（${level}）`,
  date: toChineseDate,
  day: at => toChineseDate(dateAt(at)),
  version: version => `第 ${version} 版`,
  printedAs: printed => `证书上印作：${printed}`,
  rareTitle: '姓名中的生僻字',
  rareAdvice: '证书上以拼音代替，由评审机构手写并加盖公章。请将手写字与下面的字比对：',
  rareMissing: '若上面显示为空框，是本机没有该字的字体，请按编码核对。',
  compare: '请核对姓名、证书编号与持证人身份证件一致。',
  conversions: '电子截图、翻拍、转换件无效，请以本页查验结果为准。',
  statusAge: (taken, now) => `状态更新于 ${minuteOf(taken)}，${chineseAge(now - taken)}`,
  checkedAt: at => `查验时间 ${clockTimeAt(at)}（北京时间）`,
  again: '重新查询',
  print: '打印结果',
  feedback: '结果有疑问？向市人社局反映',
  refused:
    '服务器给出的核验资料与本机先前见过的不一致（更旧、被改动或换了根密钥），本页没有采用。请换一个网络重试；若仍如此，请联系发证机关。',
  otherRoot: fingerprint =>
    `服务器的根密钥与本机先前固定的不同，本页没有采用，仍按先前的资料查验。发证机关如已公告更换根密钥，请从公告或电话另行核对新指纹 ${fingerprint}：逐字一致，可在浏览器设置中清除本网站的数据后重新打开本页；不一致即为冒充，请勿采信并联系发证机关。`,
  homeTitle: '查验职称证书',
  homeLead: '扫一扫证书上的二维码，当场核验发证机关的数字签名与证书现状。',
  scan: '扫描二维码',
  scanNote: '打开本机摄像头',
  file: '选择图片或 PDF',
  fileNote: '照片、截图或电子证书文件',
  pasteLabel: '粘贴二维码里的文字或链接',
  pasteHint: '也可以在本页任意处直接粘贴图片，或把文件拖进来。',
  pasteButton: '查验',
  drop: '松开即可查验',
  another: '查验另一本证书',
  others: '没有二维码，查验他人证书',
  othersNote: '凭身份证号、证书编号和预留手机号，或持证人给出的分享码',
  paperTitle: '纸质证书',
  paper:
    '2020 年以前的纸质证书不在本系统查验范围，仍然有效，请向原发证机关核实；遗失确需补办的，按原渠道办理。',
  ownNumber: '这是证书编号。仅凭编号不能核验证书，请扫描二维码，或用“查验他人证书”。',
  keeps: (taken, now) =>
    `断网也能查验：本机存有核验资料，状态记录于 ${minuteOf(taken)}（${chineseAge(now - taken)}）。`,
  keepsNothing: '此浏览器不允许本页保存资料：联网时照常查验，断网后不能使用，也不会留下任何记录。',
  keptRefused: '本机保存的核验资料已损坏或被改动，没有采用。请联网后重新查验。',
  clockWrong: ahead =>
    `本机时间比服务器${ahead > 0 ? '快' : '慢'}约${chineseSpan(Math.abs(ahead))}，请校准。本次查验按服务器时间进行。`,
  clockSuspect: '本机时间可能不对，状态资料看起来来自将来。请校准手机的日期和时间。',
  outsideTitle: '请在浏览器中打开',
  outside: {
    wechat: '点右上角“···”，选“在浏览器打开”（苹果手机为“在 Safari 中打开”）。',
    alipay: '点右上角“···”，选“在浏览器打开”。',
    qq: '点右上角“≡”或“···”，选“用浏览器打开”。',
    dingtalk: '点右上角“···”，选“在浏览器打开”。',
    weibo: '点右上角“···”，选“在浏览器打开”。',
    other: '请用手机自带的浏览器打开本页，或用系统相机重新扫码。',
  },
  camera: {
    title: '扫描二维码',
    starting: '正在打开摄像头…',
    aim: '将证书上的二维码放入框内，自动识别',
    torchOn: '打开补光灯',
    torchOff: '关闭补光灯',
    change: '切换摄像头',
    stop: '结束扫描',
    paused: '页面不在前台，摄像头已关闭。',
    resume: '继续扫描',
    foreign: '不是本系统的二维码',
    judge: '查看这个二维码的结论',
    faults: {
      refused: '没有获得摄像头权限。请在浏览器的网站设置中允许使用摄像头后重试；也可以改用图片。',
      absent: '没有找到摄像头。请改用带摄像头的设备，或选择图片。',
      busy: '摄像头正被其他程序占用。请关闭其他正在使用摄像头的程序后重试。',
      insecure: '当前网址不是安全连接（https），浏览器不允许使用摄像头。请用 https 网址打开，或选择图片。',
      unsupported: '此浏览器不能使用摄像头。请改用系统浏览器，或选择图片。',
      failed: '摄像头没有打开。请重试，或选择图片。',
    },
  },
  reading: (name, pages) =>
    pages === undefined ? `正在读取 ${name}…` : `正在读取 ${name}：第 ${pages.read} 页，共 ${pages.all} 页`,
  readFaults: {
    none: '没有找到可读取的二维码。请确认二维码完整、清晰、没有反光，再试一次。',
    locked: '这个 PDF 设有密码，请解除密码后重试。',
    broken: '文件不是可读取的图片或 PDF，请选择 PNG、JPEG、WebP 或 PDF 文件。',
    large: '文件过大，请选择 40 MB、6400 万像素以内的文件。',
    slow: '文件读取超时，请只保留证书所在的一页后重试。',
    failed: '识别程序没有载入，请联网后重试，或用系统相机扫码。',
  },
  firstPages: ({ all, read }) => `文件共 ${all} 页，只查看了前 ${read} 页。`,
  severalTitle: count => `发现 ${count} 个不同的二维码`,
  severalAdvice: '每个二维码各有结论，请对照纸面位置，逐一点开查看。',
  crowded: '同一页上的二维码太多，可能没有全部读出，请分开拍摄或分页后再查验。',
  testMark: '测试',
  onPage: page => `第 ${page} 页`,
  show: '查看',
  back: '返回列表',
  fileTitle: '电子文件',
  original: {
    original: '原始电子文件，签章完好',
    'not-original': '非原始电子文件（截图、翻拍、转换件无效），请以本系统查验结果为准',
    unknown: '暂不能判断是否为原始电子文件',
  },
  fileBeside: '这里只说明文件本身；证书是否有效，以二维码的结论为准。',
  inertTitle: '二维码里的内容（只作显示，请勿照此打开）',
  inertLeft: left => `……另有 ${left} 个字符未显示`,
  leadsTo: host => `这个链接实际指向 ${host}，不是本系统的网址。`,
  useTitle: copy => `加注副本（第 ${copy} 份）`,
  useFields: { purpose: '仅限用于', recipient: '提供给', validThrough: '有效期至', madeOn: '加注日期' },
  useLine: use =>
    `加注副本：仅限用于${use.purpose}，提供给${use.recipient}，有效期至${toChineseDate(use.validThrough)}`,
  useAdvice: '用于其他事项、交给其他单位或逾期使用，都不在本副本范围内。',
  useDates: '加注日期是制作本副本的日期，不是证书的发证日期；发证日期以原证书二维码的查验结果为准。',
  share: '分享结果',
  shared: '已复制，可粘贴发送',
  shareRefused: '浏览器不允许复制，请截图或打印',
  shareText: facts =>
    [
      `${facts.isTest ? '【测试，无法律效力】' : ''}职称证书查验结果：${facts.headline}`,
      `证书编号 ${facts.number}，持证人 ${facts.maskedName}，${facts.title}`,
      ...(facts.use ? [chinese.useLine(facts.use)] : []),
      `查验时间 ${clockTimeAt(facts.at)}（北京时间）`,
      `转述不作凭据，请自行扫描证书上的二维码查验：${facts.page}`,
    ].join('\n'),
  printTitle: '职称证书查验结果',
  technical: '技术报告',
  checkColumn: '检查',
  outcomeColumn: '结果',
  checks: {
    read: '读取二维码',
    structure: '内容结构',
    issuer: '签发机关与密钥',
    signature: '数字签名',
    dates: '签发日期与密钥期限',
    status: '撤销、暂停与换发状态',
  },
  outcomes: { pass: '通过', fail: '未通过', unknown: '未能检查' },
  reasons: {
    NOT_A_CODE: '不是本系统的二维码',
    NUMBER_ALONE: '只有证书编号，不是二维码',
    PAPER_NUMBER: '纸质证书编号，不在本系统查验范围',
    FOREIGN_HOST: '链接指向别的网站',
    CANNOT_BE_READ: '不能还原出证书内容',
    BAD_LENGTH: '长度不符',
    BAD_TEXT: '编码不符',
    BAD_HEADER: '签名头不符',
    BAD_JSON: '内容格式不符',
    BAD_SHAPE: '字段不符',
    FOREIGN_ISSUER: '签发机关不是本机关',
    UNKNOWN_KEY: '签名密钥不在清单中',
    BAD_SIGNATURE: '签名与内容不符',
    NOT_YET_VALID: '签发时间在将来，请检查本机时钟',
    OUTSIDE_KEY_WINDOW: '签发时间不在密钥期限内',
    KEY_REVOKED: '签名密钥已作废',
    LIST_MISSING: '没有取得状态列表',
    LIST_EXPIRED: '状态列表已过期',
    LIST_FROM_FUTURE: '状态列表的时间在将来，请检查本机时钟',
    LIST_STALE: '状态列表不是最新',
    REVOKED: '已撤销',
    SUSPENDED: '暂停使用',
    SUPERSEDED: '已换发',
    USE_ENDED: '加注副本已过有效期',
  },
  key: '签名密钥',
  form: '二维码格式',
  jwt: '原始凭证（JWT）',
  copy: '复制凭证',
  copied: '已复制',
  copyRefused: '浏览器不允许复制，请手动选取',
  wholeReport: '完整报告（JSON）',
  footer: '本页在您的设备上核验签名，证书内容不会上传。',
};

function minuteOf(at: Instant): string {
  return clockTimeAt(at).slice(0, 16);
}

function chineseAge(seconds: number): string {
  return seconds < MINUTE ? '刚刚' : `${chineseSpan(seconds).trim()}前`;
}

function chineseSpan(seconds: number): string {
  if (seconds < HOUR) return ` ${Math.floor(seconds / MINUTE)} 分钟`;
  return seconds < DAY ? ` ${Math.floor(seconds / HOUR)} 小时` : ` ${Math.floor(seconds / DAY)} 天`;
}
