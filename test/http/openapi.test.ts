/** The API's description, checked by a validator that is not ours and against the service that it describes. */
import { Validator } from '@seriousme/openapi-schema-validator';
import test from 'ava';
import { startService } from '../../src/service.ts';
import { aBureau } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import type { ExecutionContext } from 'ava';

interface Described {
  readonly paths: Record<string, Record<string, { readonly security: readonly object[] }>>;
  readonly webhooks: Record<string, { readonly post: Sent }>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

interface Sent {
  readonly parameters: readonly { readonly name: string }[];
  readonly requestBody: { readonly content: Record<string, { readonly schema: { readonly $ref: string } }> };
}

async function served(t: ExecutionContext): Promise<{ url: string; document: Described }> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const service = await startService(await aBureau(t, sqlite));
  t.teardown(async () => service.stop());
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as Described;
  return { url: service.url, document };
}

test('the document is valid OpenAPI 3.1', async t => {
  const { document } = await served(t);

  const result = await new Validator().validate({ ...document });

  t.true(result.valid, JSON.stringify(result.errors));
});

test('every reference in the document leads somewhere', async t => {
  const { document } = await served(t);

  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map(
    ([, place = '']) => place,
  );
  const lost = references.filter(
    place =>
      place
        .split('/')
        .slice(1)
        .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document) ===
      undefined,
  );

  t.true(references.length > 20);
  t.deepEqual(lost, []);
});

test('a receiver of notifications can be written from the document: their headers and their body are in it', async t => {
  const { url, document } = await served(t);
  const sent = document.webhooks['certificateChanged']?.post;

  t.deepEqual(
    sent?.parameters.map(({ name }) => name),
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  );
  t.is(sent?.requestBody.content['application/json']?.schema.$ref, '#/components/schemas/webhook-event');
  t.true('webhook-event' in document.components.schemas);
  t.true((await (await fetch(`${url}/api-docs`)).text()).includes('id="certificateChanged"'));
});

const REFUSALS: Readonly<Record<string, string>> = {
  session: 'SIGN_IN_REQUIRED',
  signature: 'REQUEST_SIGNATURE_REFUSED',
};

test('every operation that asks for a session or a signature refuses a request without one, and none answers 5xx or 404 for its path', async t => {
  const { url, document } = await served(t);

  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { security }] of Object.entries(methods)) {
      const [scheme] = security.flatMap(each => Object.keys(each));
      if (scheme === undefined) continue;
      const response = await fetch(url + path.replace(/\{\w+\}/g, '0'.repeat(32)), {
        method: method.toUpperCase(),
        ...(method === 'get' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }),
      });
      const problem = (await response.json()) as Record<string, unknown>;

      t.is(problem['code'], REFUSALS[scheme], `${method} ${path}`);
      t.is(response.status, 401, `${method} ${path}`);
    }
  }
});

test('people can read it: every operation stands on the page, which holds no script', async t => {
  const { url, document } = await served(t);

  const page = await (await fetch(`${url}/api-docs`)).text();

  for (const path of Object.keys(document.paths)) t.true(page.includes(`<code>${path}</code>`), path);
  t.false(/<script|style=|onclick/i.test(page));
});
