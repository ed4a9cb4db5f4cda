/**
 * Which URLs may be told of events: https, a plain name, a port that no other service of the Internet has; read as a browser reads it,
 * and refused where that differs from what was written. Pure; where the name leads is judged at every sending (delivery/send.ts).
 */

export interface TargetRules {
  /** For trials on one's own machine: http, any port and any address. */
  readonly isPrivateAllowed: boolean;
}

export const MAX_URL_CHARACTERS = 2000;
const HTTPS_PORT = 443;
const FIRST_FREE_PORT = 1024;

/** One Chinese sentence that says what is wrong; undefined when the URL may be a target as far as it can be told from its text. */
export function urlFault(text: string, { isPrivateAllowed }: TargetRules): string | undefined {
  if (text.length > MAX_URL_CHARACTERS) return `通知地址不能超过 ${MAX_URL_CHARACTERS} 个字符。`;
  // a URL parser drops tabs and line ends and turns \ into /: what is judged must be what was written
  if (!/^[\x21-\x7e]+$/.test(text) || text.includes('\\') || !URL.canParse(text))
    return '通知地址须为完整的网址，不含空格、反斜杠和中文；中文域名请写成 Punycode，路径请转义。';
  const url = new URL(text);
  const isHttp = isPrivateAllowed && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isHttp) return '通知地址须以 https:// 开头。';
  const [, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(text) ?? [];
  if (authority.includes('@')) return '通知地址不能含用户名和密码；请以签名核对通知的来源。';
  if (text.includes('#')) return '通知地址不能含“#”部分。';
  return isPrivateAllowed ? undefined : publicFault(url, authority);
}

function publicFault(url: URL, authority: string): string | undefined {
  const { hostname } = url;
  // 2130706433, 0x7f.1 and 0177.0.0.1 are addresses too once a parser has read them
  if (hostname !== authority.toLowerCase().replace(/:\d*$/, '')) return '主机名须按通常的写法填写。';
  const isLiteral = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  if (isLiteral) return '通知地址须用域名，不能用 IP 地址。';
  if (!hostname.includes('.') || hostname.endsWith('.')) return '主机名须为互联网上的完整域名。';
  const port = url.port === '' ? HTTPS_PORT : Number(url.port);
  if (port !== HTTPS_PORT && port < FIRST_FREE_PORT)
    return `端口须为 ${HTTPS_PORT}，或 ${FIRST_FREE_PORT} 以上。`;
  return undefined;
}
