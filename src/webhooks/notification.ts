/** What a client's own service must do with a notification, for the API's description: Standard Webhooks 1.0.0, scheme v1. Pure. */
import type { Outgoing } from '../http/docs/openapi.ts';

export const NOTIFICATION: Outgoing = {
  name: 'certificateChanged',
  tag: '状态变更通知',
  summary: '通知：订阅的证书有了变更',
  description:
    '由本服务发往接入方设定的通知地址。先核对签名再使用：把密钥 whsec_ 之后的部分按 base64 解码作密钥，对“webhook-id.webhook-timestamp.请求内容原文”（以英文句点相连）计算 HMAC-SHA256，其 base64 须与 webhook-signature 中某一个 v1 签名相同，且 webhook-timestamp 与本机时钟相差不超过 5 分钟。同一证书的通知按序号先后送出，前一件送达或放弃之前不送后一件；可能重复送达，请以 webhook-id 去重。',
  headers: {
    'webhook-id': '通知编号，与内容中的 id 相同；重送时不变',
    'webhook-timestamp': '这一次送出的时间，Unix 秒',
    'webhook-signature':
      '一个或两个签名，以空格分隔，各为“v1,”加 base64；更换密钥后 24 小时内新旧密钥各签一个',
  },
  shape: 'webhook-event',
  answer:
    '已收到。其他状态、转往他处、10 秒内没有应答，都算未送达：约 5 秒、15 秒、45 秒……至多 6 小时后再送，满 3 天且至少 5 次后放弃；放弃的可用“重送通知”再送。',
};
