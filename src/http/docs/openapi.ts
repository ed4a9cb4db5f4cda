/**
 * The API's own description: OpenAPI 3.1 made from the operations as registered and the shapes in schemas/, so it says what the
 * service does and cannot go stale (OpenAPI 3.1.0; JSON Schema 2020-12 is its schema dialect).
 */
import { readFileSync } from 'node:fs';
import { projectFile } from '../../shared/project.ts';
import {
  ID_PATTERN,
  isIdName,
  isRepeatable,
  type Operation,
  type RegisteredOperation,
} from '../operation.ts';

export type DocumentedOperation = RegisteredOperation;
type Json = Record<string, unknown>;

/** The document's parts that are not the operations. */
export interface Heading {
  readonly title: string;
  readonly version: string;
  readonly origin: string;
  readonly description: string;
}

/** One thing that the service sends by itself to whoever asked for it. */
export interface Outgoing {
  /** Its name in the document. */
  readonly name: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** What each header holds. */
  readonly headers: Readonly<Record<string, string>>;
  /** File in schemas/ without `.json`. */
  readonly shape: string;
  /** Which answers mean that it came. */
  readonly answer: string;
}

const SIGNATURE_WORDS =
  'HTTP 消息签名（RFC 9421），标签 zc，覆盖且仅覆盖 "@method" "@target-uri" "content-digest"，带 Idempotency-Key 时加上 "idempotency-key"；参数为 created、nonce、keyid、alg 四项：created 与本服务时钟相差不超过 120 秒，nonce 为 16 至 64 个 base64 字符且不得重复，keyid 为接入编号，alg 为 ed25519 或 ecdsa-p256-sha256。@target-uri 以本服务登记的网址开头。';

/** OpenAPI 3.1 document of these operations and messages; only shapes that they reach are in it. */
export function openApiOf(
  operations: readonly DocumentedOperation[],
  outgoing: readonly Outgoing[],
  heading: Heading,
): Json {
  const schemas = new Map<string, Json>();
  for (const operation of operations) {
    for (const name of [operation.body?.name, operation.answer.shape]) if (name) reach(name, schemas);
  }
  for (const name of ['problem', ...outgoing.map(({ shape }) => shape)]) reach(name, schemas);
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[operation.method] = pathItem(operation);
  }
  const { origin, ...info } = heading;
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: origin }],
    tags: [...new Set(operations.map(operation => operation.tag))].map(name => ({ name })),
    paths,
    webhooks: Object.fromEntries(outgoing.map(each => [each.name, { post: outgoingItem(each) }])),
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => a.localeCompare(b))),
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'zc_session', description: '登录后由服务设置' },
        signature: { type: 'apiKey', in: 'header', name: 'Signature', description: SIGNATURE_WORDS },
      },
      responses: {
        problem: {
          description: '问题说明（RFC 9457）：code 是稳定代码，detail 说明下一步怎么办',
          content: { 'application/problem+json': { schema: refTo('problem') } },
        },
      },
    },
  };
}

/** One schema as the document holds it: references point into the document. @throws when schemas/ has no such file */
export function schemaNamed(name: string): Json {
  const text = readFileSync(projectFile(`schemas/${name}.json`), 'utf8');
  const { $schema: _dialect, $id: _id, ...schema } = JSON.parse(text) as Json;
  return rewritten(schema, name) as Json;
}

function reach(name: string, schemas: Map<string, Json>): void {
  if (schemas.has(name)) return;
  const schema = schemaNamed(name);
  schemas.set(name, schema);
  for (const [, other = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([\w-]+)/g))
    reach(other, schemas);
}

/** `other.json` and `#/$defs/x` of a file become places in the document. */
function rewritten(value: unknown, file: string): unknown {
  if (Array.isArray(value)) return value.map(each => rewritten(each, file));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === '$ref' && typeof each === 'string' ? placeOf(each, file) : rewritten(each, file),
    ]),
  );
}

function placeOf(reference: string, file: string): string {
  const [target = '', place = ''] = reference.split('#');
  return `#/components/schemas/${target === '' ? file : target.replace(/\.json$/, '')}${place}`;
}

function refTo(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

function pathItem(operation: DocumentedOperation): Json {
  const { body, upload, signedIn, scheme = 'session' } = operation;
  return {
    operationId: operationIdOf(operation),
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    parameters: parametersOf(operation),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: refTo(body.name) } } } }
      : {}),
    ...(upload ? { requestBody: uploadBody(upload) } : {}),
    responses: {
      [operation.answer.status]: answerOf(operation),
      default: { $ref: '#/components/responses/problem' },
    },
    security: signedIn ? [{ [scheme]: [] }] : [],
  };
}

/** Written as the receiver's operation (OpenAPI 3.1.0 §4.8.1, `webhooks`). */
function outgoingItem({ name, tag, summary, description, headers, shape, answer }: Outgoing): Json {
  const parameters = Object.entries(headers).map(([header, words]) => ({
    name: header,
    in: 'header',
    required: true,
    description: words,
    schema: { type: 'string' },
  }));
  return {
    operationId: name,
    tags: [tag],
    summary,
    description,
    parameters,
    requestBody: { required: true, content: { 'application/json': { schema: refTo(shape) } } },
    responses: { '2XX': { description: answer } },
    security: [],
  };
}

function uploadBody({ mediaType, description, rawTypes = [] }: NonNullable<Operation['upload']>): Json {
  const schema =
    mediaType === 'multipart/form-data'
      ? {
          type: 'object',
          required: ['file'],
          properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
          additionalProperties: { type: 'string' },
        }
      : {};
  const raw = Object.fromEntries(rawTypes.map(type => [type, { schema: {} }]));
  return { required: true, description, content: { [mediaType]: { schema }, ...raw } };
}

/** `post /api/applications/:id/decisions` → `postApplicationsIdDecisions`. */
export function operationIdOf({ method, path }: Pick<Operation, 'method' | 'path'>): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(word => word !== '' && word !== 'api');
  return method + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parametersOf(operation: DocumentedOperation): readonly Json[] {
  const path = [...operation.path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', ...(isIdName(name) ? { pattern: `^${ID_PATTERN}$` } : {}) },
  }));
  const query = Object.entries(operation.query ?? {}).map(([name, rule]) => ({
    name,
    in: 'query',
    required: rule.required === true,
    description: rule.description,
    schema: { type: 'string', pattern: `^(?:${rule.pattern})$` },
  }));
  return [...path, ...query, ...headersOf(operation)];
}

function headersOf(operation: DocumentedOperation): readonly Json[] {
  const { method, signedIn, scheme } = operation;
  const headers: Json[] = [];
  if (signedIn && scheme === 'signature') headers.push(...SIGNATURE_HEADERS);
  if (signedIn && scheme !== 'signature' && method !== 'get') {
    headers.push({
      name: 'X-CSRF-Token',
      in: 'header',
      required: true,
      description: '登录应答中的 csrfToken',
      schema: { type: 'string' },
    });
  }
  if (signedIn && isRepeatable(operation)) {
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: '8 到 100 个可见 ASCII 字符；同一键重复发送只办一次，得到同样的应答',
      schema: { type: 'string', pattern: '^[!-~]{8,100}$' },
    });
  }
  return headers;
}

const SIGNATURE_HEADERS: readonly Json[] = [
  {
    name: 'Content-Digest',
    in: 'header',
    required: true,
    description: '请求内容的 SHA-256（RFC 9530），没有内容时为空内容的摘要',
    schema: { type: 'string', pattern: '^sha-256=:[A-Za-z0-9+/]{43}=:$' },
  },
  {
    name: 'Signature-Input',
    in: 'header',
    required: true,
    description: '签名范围与参数，标签 zc',
    schema: { type: 'string', pattern: '^zc=\\(' },
  },
];

function answerOf({ answer }: DocumentedOperation): Json {
  const { shape, mediaType, description } = answer;
  if (shape !== undefined)
    return { description, content: { [mediaType ?? 'application/json']: { schema: refTo(shape) } } };
  return mediaType === undefined ? { description } : { description, content: { [mediaType]: {} } };
}
