/** Operations for everyone that are served outside the API's own router: trust, verification, keys, lists, health. */
import type { DocumentedOperation } from './openapi.ts';

const get = (
  path: string,
  said: { tag: string; summary: string; mediaType: string; shape?: string; description?: string },
): DocumentedOperation => ({
  method: 'get',
  path,
  tag: said.tag,
  summary: said.summary,
  ...(said.description === undefined ? {} : { description: said.description }),
  answer: {
    status: 200,
    description: said.summary,
    mediaType: said.mediaType,
    ...(said.shape === undefined ? {} : { shape: said.shape }),
  },
  signedIn: false,
});

export const PUBLIC_OPERATIONS: readonly DocumentedOperation[] = [
  {
    method: 'post',
    path: '/api/verify',
    tag: '查验',
    summary: '查验一张证书的二维码文字',
    description: '任何人可用；内容不对也答 200，结论在报告的 verdict 里，未知从不当作有效。',
    body: { name: 'verify-request', is: (value): value is unknown => value !== undefined },
    answer: { status: 200, shape: 'verification-report', description: '查验报告' },
    signedIn: false,
  },
  {
    method: 'post',
    path: '/api/verify/stapled',
    tag: '查验',
    summary: '连同随附的状态列表查验一张证书',
    description:
      '任何人可用。随附的列表只有签名、用途、签发者和有效期都对，且比先前见过的新时才采用，否则写明原因、不予采用；撤回已公布的撤销的列表从不采用。',
    body: { name: 'stapled-request', is: (value): value is unknown => value !== undefined },
    answer: { status: 200, shape: 'stapled-report', description: '查验报告与各张列表的采用情况' },
    signedIn: false,
  },
  get('/trust', {
    tag: '查验',
    summary: '离线查验所需的全部资料：签发机构、公钥清单、状态列表、二维码格式',
    mediaType: 'application/json',
    shape: 'trust',
  }),
  get('/status-lists/:name', {
    tag: '查验',
    summary: '状态列表（W3C Bitstring Status List 1.0），如 revocation-1',
    mediaType: 'application/vc+jwt',
  }),
  get('/.well-known/did.json', {
    tag: '公钥',
    summary: '签发机构的 DID 文档（did:web）',
    mediaType: 'application/did+json',
  }),
  get('/.well-known/jwks.json', { tag: '公钥', summary: '公钥集', mediaType: 'application/jwk-set+json' }),
  get('/contexts/title/v1', {
    tag: '公钥',
    summary: '凭证的 JSON-LD 上下文',
    mediaType: 'application/ld+json',
  }),
  get('/schemas/title/v1', {
    tag: '公钥',
    summary: '凭证的 JSON Schema',
    mediaType: 'application/schema+json',
  }),
  get('/contexts/use-copy/v1', {
    tag: '公钥',
    summary: '加注副本凭证的 JSON-LD 上下文',
    mediaType: 'application/ld+json',
  }),
  get('/schemas/use-copy/v1', {
    tag: '公钥',
    summary: '加注副本凭证的 JSON Schema',
    mediaType: 'application/schema+json',
  }),
  get('/glyphs/:name', {
    tag: '查验',
    summary: '一个汉字的字形，如 /glyphs/U+2CB4E.svg，供核对手写的生僻字',
    mediaType: 'image/svg+xml',
  }),
  get('/healthz', { tag: '运行', summary: '进程存活', mediaType: 'application/json' }),
  get('/readyz', { tag: '运行', summary: '可以接受请求（数据库已就绪）', mediaType: 'application/json' }),
];
