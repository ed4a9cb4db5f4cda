/** Every word of the page on which problems are reported and answers are read. */
import type { FeedbackOwnNew } from '../../shared/shapes/shapes.ts';

type Category = FeedbackOwnNew['category'];

export const words = {
  brand: '职证',
  nav: { label: '主要页面', help: '帮助', feedback: '问题反映' },
  title: '问题反映',
  lead: '申请、证书、查验或页面上的问题，写给市人力资源和社会保障局。',
  english: 'You may write in English.',
  asked: '先看看是不是常见问题：',
  askedLink: '16 个问答',

  form: {
    title: '写下问题',
    about: '关于',
    untie: '不附上',
    category: '哪方面的问题',
    categories: {
      APPLICATION: '申请与审核',
      CERTIFICATE: '证书内容',
      VERIFICATION: '查验',
      FORGERY: '怀疑证书有假',
      PAGE: '页面或系统故障',
      OTHER: '其他',
    } satisfies Record<Category, string>,
    text: '事情经过',
    textHint: '什么时候、在哪一步、看到了什么。请不要写身份证号码、密码和验证码。',
    left: (count: number) => (count >= 0 ? `还可以写 ${count} 字` : `超出 ${-count} 字`),
    number: '证书编号',
    numberHint: '照证书上的写。只作线索，这里不会告诉任何人这个编号有没有。',
    phone: '联系电话',
    phoneHint: '只给办理的工作人员看，需要了解情况时联系您。',
    send: '发送',
    sending: '正在发送…',
    blankCategory: '请选一类。',
    blankText: '请写下事情经过，至少 5 个字。',
    longText: '最多 1000 字，请删短一些。',
    lookAgain: '有要改的地方，请看标红的说明。',
    signedIn: (name: string) => `${name === '' ? '您已登录' : `您已登录（${name}）`}，答复会显示在本页。`,
    stranger: '不用登录。发送后给您一个回执号，凭它查看答复。',
    signInFirst: '持证人也可以',
    signInLink: '先登录',
    signInThen: '答复就会留在您的页面里。',
  },

  work: {
    title: '正在做一次防滥用验证',
    lead: '由您的设备自动完成，一般几秒钟；不上传您填写的内容。',
    cancel: '取消发送',
  },

  ended: {
    title: '登录已结束',
    text: '您写的内容都在。请在新窗口重新登录，再回到这里发送；也可以不登录，直接发送。',
    open: '在新窗口登录',
    back: '我已重新登录',
    without: '不登录，直接发送',
  },

  receipt: {
    title: '已经收到',
    lead: '回执号只显示这一次，请抄下、复制或打印保存。凭它在本页查看答复。',
    label: '回执号',
    copy: '复制回执号',
    print: '打印',
    another: '再反映一件',
  },
  sent: '已经收到。答复后会显示在下面，也可以从“我的职称证书”进来查看。',
  sentStaff: '已经收到。答复后会显示在下面。',

  answer: {
    title: '查看答复',
    lead: '填写反映时得到的回执号。',
    label: '回执号',
    blank: '请填写回执号，16 个字母和数字。',
    look: '查看',
    at: (time: string) => `${time} 收到`,
    answeredAt: (time: string) => `${time} 答复`,
    none: '还没有答复，请过几天再来看。',
    closedWithout: '这件事已办结，没有另作书面答复。',
  },

  own: {
    title: '我反映过的',
    empty: '您还没有反映过问题。发送后，会在这里看到办理情况和答复。',
    application: '所附申请',
    number: (number: string) => `证书编号 ${number}`,
    answer: '答复',
  },
} as const;
