/** What went wrong with a sending, as one word that clients may match on, and what it means for people. Append-only. Pure. */

export const FAULTS = {
  TARGET_REFUSED: '通知地址不再符合要求，请重新设定',
  NAME_UNKNOWN: '域名无法解析',
  ADDRESS_REFUSED: '域名指向非公网地址，不予连接',
  CONNECT_FAILED: '无法连接',
  TLS_FAILED: '服务器证书或 TLS 未通过',
  TIMEOUT: '10 秒内没有办完',
  CLOSED: '没有应答就断开了连接',
  ANSWER_INVALID: '应答不是 HTTP',
  REDIRECTED: '要求转往他处，不予跟随',
} as const;
export type Fault = keyof typeof FAULTS | `HTTP_${number}`;

export function faultWords(fault: string): string {
  return Object.hasOwn(FAULTS, fault)
    ? FAULTS[fault as keyof typeof FAULTS]
    : `应答状态为 ${fault.replace('HTTP_', '')}`;
}
