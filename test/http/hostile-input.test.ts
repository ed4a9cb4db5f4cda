/** T27: every operation for everyone, as the OpenAPI document names them, given what breaks databases and programs: never a 5xx. */
import test, { type ExecutionContext } from 'ava';
import { startService } from '../../src/service.ts';
import { mulberry32 } from '../bench/certificates.ts';
import { aBureau } from '../support/bureau.ts';
import { databases, type TestDatabase } from '../support/database.ts';
import type { World } from '../../src/world.ts';

const ROUNDS = 25;

const HOSTILE: readonly unknown[] = [
  "' OR '1'='1",
  "'; DROP TABLE certificates; --",
  '1; SELECT pg_sleep(9)',
  '") UNION SELECT jwt FROM certificates --',
  '%27%20OR%201=1',
  '\\',
  '%',
  '_',
  '\0',
  'a\0b',
  '𠮷𠮷𠮷',
  '\ud83d\ude00'.repeat(20),
  '\ufffe\uffff',
  '\u202e\u200b\u2028',
  'é'.normalize('NFD'),
  'x'.repeat(5000),
  '',
  ' ',
  '-1',
  '1e999',
  '0x10',
  '${7*7}{{7*7}}<%= 7 %>',
  '../../etc/passwd',
  'javascript:alert(1)',
  -1,
  0,
  1e308,
  9_007_199_254_740_993,
  0.1,
  true,
  null,
  [],
  {},
  { $gt: '' },
  { $ne: null },
  [{ $in: ['a'] }],
  { length: 1e9 },
  { toString: 'x', valueOf: 'x' },
  { constructor: { prototype: { isAdmin: true } } },
];
/** Written by hand: `JSON.stringify` would not. */
const RAW = [
  '{"__proto__":{"isAdmin":true}}',
  '{"text":"\\ud800"}',
  '{"text":"\\udc00\\ud800"}',
  '{"a":1,"a":2}',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]',
  'null',
  '{',
];

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly security?: readonly unknown[];
            readonly parameters?: readonly { readonly name: string; readonly in: string }[];
            readonly requestBody?: {
              readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
            };
          }
        >
      >
    >
  >;
}

for (const database of databases()) {
  test(`no input makes an operation for everyone fail, and no table changes its shape (${database.name})`, async t => {
    const { url, world, document } = await served(t, database);
    const before = await shapeOf(world);
    const random = mulberry32(27);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T; // the lists are not empty
    const failures: string[] = [];
    const statuses = new Map<number, number>();
    let asked = 0;

    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if ((operation.security ?? []).length > 0) continue;
        for (let round = 0; round < ROUNDS; round += 1) {
          const query = (operation.parameters ?? [])
            .filter(each => each.in === 'query')
            .map(each => `${each.name}=${encoded(pick(HOSTILE))}`);
          const target =
            path.replace(/\{\w+\}/g, () => encoded(pick(HOSTILE)) || 'x') + `?${query.join('&')}`;
          const body = bodyFor(document, operation.requestBody?.content['application/json']?.schema, pick);
          const response = await fetch(url + (query.length > 0 ? target : target.slice(0, -1)), {
            method: method.toUpperCase(),
            headers: {
              'content-type': 'application/json',
              'x-forwarded-for': `10.0.${asked >> 8}.${asked & 255}`,
            },
            ...(method === 'get' ? {} : { body }),
          });
          await response.arrayBuffer();
          asked += 1;
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
          if (response.status >= 500)
            failures.push(`${response.status} ${method} ${target} ${body.slice(0, 300)}`);
        }
      }
    }

    t.log(
      [...statuses]
        .sort()
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
    );
    t.true(asked >= 10 * ROUNDS);
    t.deepEqual(failures, []);
    t.deepEqual(await shapeOf(world), before);
    t.is(({} as Record<string, unknown>)['isAdmin'], undefined);
  });
}

async function served(
  t: ExecutionContext,
  database: TestDatabase,
): Promise<{ url: string; world: World; document: Described }> {
  const bureau = await aBureau(t, database);
  // each request from an address of its own: limits would end the test at the fifth
  const world = { ...bureau, config: { ...bureau.config, proxyHops: 1 } };
  const service = await startService(world);
  t.teardown(async () => service.stop());
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as Described;
  return { url: service.url, world, document };
}

/** Plausible members with one of them hostile, or something that is no object at all. */
function bodyFor(
  document: Described,
  schema: Schema | undefined,
  pick: <T>(list: readonly T[]) => T,
): string {
  const { properties = {} } = resolved(document, schema);
  const names = Object.keys(properties);
  if (names.length === 0 || pick([0, 1, 2, 3, 4]) === 0) return pick([...RAW, JSON.stringify(pick(HOSTILE))]);
  const bad = pick(names);
  const plausible = ['x', '120199198203070017', 'B122021000018', '19900001001', 'a'.repeat(32), '123456', 1];
  const members = names.map(name => [name, name === bad ? pick(HOSTILE) : pick(plausible)] as const);
  return JSON.stringify(Object.fromEntries(members));
}

function resolved(document: Described, schema: Schema = {}): Schema {
  if (schema.$ref === undefined) return schema;
  const target = schema.$ref
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
  return resolved(document, target as Schema | undefined);
}

/** As it stands in a path or a query: also what no URL may hold, as its bytes. */
function encoded(value: unknown): string {
  return encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Every table with its columns, as the database itself tells it. */
async function shapeOf({ db }: World): Promise<unknown> {
  const sql =
    db.dialect === 'sqlite'
      ? "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
      : 'SELECT table_name, column_name, column_type FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2';
  return (await db.sequelize.query(sql))[0];
}
