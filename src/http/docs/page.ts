/** The API's description as a page that people read: plain HTML without scripts, made from the same document that machines fetch. */
type Json = Record<string, unknown>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema?: { readonly pattern?: string };
}
interface Described {
  readonly operationId: string;
  readonly tags: readonly [string];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly description?: string;
    readonly content: Record<string, { schema?: Json }>;
  };
  readonly responses: Record<string, { description?: string; content?: Record<string, { schema?: Json }> }>;
  readonly security: readonly Readonly<Record<string, unknown>>[];
}
export interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Record<string, Record<string, Described>>;
  /** By name: what the service sends by itself, as the receiver's operation. */
  readonly webhooks: Record<string, Record<string, Described>>;
  readonly components: { readonly schemas: Record<string, Json> };
}

/** One HTML page: contents by heading, every operation with its parameters, body and answer, every shape with its fields. */
export function pageOf(document: Document): string {
  const { info, tags, components } = document;
  const shapes = Object.entries(components.schemas).map(([name, schema]) => shapeSection(name, schema));
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(info.title)}</title>
<link rel="stylesheet" href="/api-docs.css">
</head>
<body>
<header><h1>${text(info.title)}</h1><p>版本 ${text(info.version)} · <a href="/openapi.json">openapi.json（OpenAPI 3.1）</a></p>
${info.description
  .split('\n\n')
  .map(part => `<p>${text(part)}</p>`)
  .join('\n')}</header>
<nav aria-label="目录"><ul>${tags.map(tag => `<li><a href="#${slug(tag.name)}">${text(tag.name)}</a></li>`).join('')}<li><a href="#shapes">数据格式</a></li></ul></nav>
<main>
${tags.map(tag => tagSection(tag.name, document)).join('\n')}
<section id="shapes"><h2>数据格式</h2>
${shapes.join('\n')}
</section>
</main>
</body>
</html>
`;
}

/** In the place of a path. */
const RECEIVER = '（接收方的通知地址）';

function tagSection(tag: string, { paths, webhooks }: Document): string {
  const articles: string[] = [];
  const sent = Object.values(webhooks).map(methods => [RECEIVER, methods] as const);
  for (const [path, methods] of [...Object.entries(paths), ...sent]) {
    for (const [method, operation] of Object.entries(methods))
      if (operation.tags[0] === tag) articles.push(article({ path, method, operation }));
  }
  return `<section id="${slug(tag)}"><h2>${text(tag)}</h2>\n${articles.join('\n')}\n</section>`;
}

function article({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Described;
}): string {
  const { summary, description, parameters, requestBody, responses, security } = operation;
  return `<article id="${operation.operationId}">
<h3>${text(summary)}</h3>
<p class="call"><span class="method ${method}">${method.toUpperCase()}</span> <code>${text(path)}</code>${noteOf(security)}</p>
${description === undefined ? '' : `<p>${text(description)}</p>`}
${parameters.length > 0 ? parameterTable(parameters) : ''}
${requestBody ? `<p>请求内容：${bodies(requestBody.content)}${requestBody.description ? `（${text(requestBody.description)}）` : ''}</p>` : ''}
<ul>${Object.entries(responses)
    .filter(([status]) => status !== 'default')
    .map(
      ([status, answer]) =>
        `<li><code>${text(status)}</code> ${text(answer.description ?? '')} ${answer.content ? bodies(answer.content) : ''}</li>`,
    )
    .join('')}</ul>
</article>`;
}

function noteOf([scheme]: Described['security']): string {
  if (!scheme) return '';
  return ` <span class="note">${'signature' in scheme ? '须签名' : '须登录'}</span>`;
}

function parameterTable(parameters: readonly Parameter[]): string {
  const place: Record<string, string> = { path: '路径', query: '查询', header: '请求头' };
  const rows = parameters.map(
    each =>
      `<tr><td><code>${text(each.name)}</code></td><td>${place[each.in] ?? text(each.in)}</td><td>${each.required ? '必填' : '可选'}</td><td>${text(each.description ?? '')}</td></tr>`,
  );
  return `<table><thead><tr><th>参数</th><th>位置</th><th></th><th>说明</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function bodies(content: Record<string, { schema?: Json }>): string {
  return Object.entries(content)
    .map(([mediaType, { schema }]) => `<code>${text(mediaType)}</code>${schema ? ` ${typeOf(schema)}` : ''}`)
    .join('，');
}

function shapeSection(name: string, schema: Json): string {
  return `<article id="shape-${text(name)}"><h3>${text(name)}</h3>${typeof schema['description'] === 'string' ? `<p>${text(schema['description'])}</p>` : ''}${fields(schema)}${definitions(name, schema)}</article>`;
}

function definitions(name: string, schema: Json): string {
  return Object.entries((schema['$defs'] ?? {}) as Record<string, Json>)
    .map(
      ([key, each]) =>
        `<h4 id="shape-${text(name)}-${text(key)}">${text(name)} · ${text(key)}</h4>${fields(each)}`,
    )
    .join('');
}

function fields(schema: Json): string {
  const properties = schema['properties'] as Record<string, Json> | undefined;
  if (!properties) return `<p>${typeOf(schema)}</p>`;
  const required = new Set((schema['required'] ?? []) as readonly string[]);
  const rows = Object.entries(properties).map(
    ([field, each]) =>
      `<tr><td><code>${text(field)}</code></td><td>${typeOf(each)}</td><td>${required.has(field) ? '必有' : '可无'}</td><td>${typeof each['description'] === 'string' ? text(each['description']) : ''}</td></tr>`,
  );
  return `<table><thead><tr><th>字段</th><th>类型</th><th></th><th>说明</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** A schema in a few words, with a link where it is one of the document's shapes. */
function typeOf(schema: Json): string {
  const reference = schema['$ref'];
  if (typeof reference === 'string') return shapeLink(reference);
  if (Array.isArray(schema['enum']))
    return schema['enum'].map(each => `<code>${text(String(each))}</code>`).join(' | ');
  if ('const' in schema) return `<code>${text(String(schema['const']))}</code>`;
  for (const key of ['anyOf', 'oneOf'])
    if (Array.isArray(schema[key])) return (schema[key] as Json[]).map(typeOf).join(' 或 ');
  if (schema['type'] === 'array') return `${typeOf((schema['items'] ?? {}) as Json)} 的列表`;
  if (schema['type'] === 'object' && schema['properties']) return `对象${fields(schema)}`;
  const pattern = schema['pattern'];
  const type = Array.isArray(schema['type']) ? schema['type'].join(' | ') : schema['type'];
  return `${text(typeof type === 'string' ? type : '任意')}${typeof pattern === 'string' ? ` <code class="pattern">${text(pattern)}</code>` : ''}`;
}

function shapeLink(reference: string): string {
  const [name = '', , key] = reference.replace('#/components/schemas/', '').split('/');
  const place = key === undefined ? name : `${name}-${key}`;
  return `<a href="#shape-${text(place)}">${text(key ?? name)}</a>`;
}

function slug(name: string): string {
  return `tag-${encodeURIComponent(name)}`;
}

function text(value: string): string {
  return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
