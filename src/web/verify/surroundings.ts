/** What kind of browser the page finds itself in: some apps' own browsers lack the camera or cryptography. */

/** Apps whose built-in browsers people meet; each has its own way out into a real one. */
export type App = 'wechat' | 'alipay' | 'qq' | 'dingtalk' | 'weibo';

const MARKS: readonly (readonly [App, RegExp])[] = [
  ['wechat', /MicroMessenger/i],
  ['dingtalk', /DingTalk/i],
  ['alipay', /AlipayClient|Alipay/i],
  ['weibo', /Weibo/i],
  // QQ's own app says "QQ/8.9"; its free-standing browser (MQQBrowser) is a real one
  ['qq', /\bQQ\/[\d.]+/],
];

/** The app this user agent names, or undefined for a browser of its own. */
export function appOf(userAgent: string): App | undefined {
  return MARKS.find(([, mark]) => mark.test(userAgent))?.[0];
}

/** Signatures need Web Cryptography, which browsers give to secure origins only. */
export function canVerify(): boolean {
  return globalThis.isSecureContext && typeof globalThis.crypto?.subtle?.verify === 'function';
}

/** False where no camera can even be asked for. */
export function hasCamera(): boolean {
  return typeof (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia === 'function';
}
