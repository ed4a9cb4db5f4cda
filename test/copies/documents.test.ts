/** The documents that a use copy names say what it has: its schema takes it, its context knows every word. */
import test from 'ava';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { certificateRoutes, titleContext, useCopyContext } from '../../src/certificate/routes.ts';
import type { World } from '../../src/world.ts';
import { makeIssuer } from '../support/issuer.ts';
import Koa from 'koa';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const bureau = makeIssuer();
const { vc } = bureau.signCopy({ claims: { printedName: '沈YANG' } }).payload;

test('the served schema stands alone, takes a use copy, and refuses one without its use', async t => {
  const app = new Koa();
  // these routes need nothing else of a World
  app.use(certificateRoutes({ issuer: bureau.issuer } as World).routes());
  const handler = app.callback();
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;

  const schema = (await (await fetch(`http://127.0.0.1:${port}/schemas/use-copy/v1`)).json()) as {
    $id: string;
  };
  const validate = new Ajv2020({ strict: true, strictTypes: false, unicodeRegExp: true }).compile(schema);
  const { use: _use, ...claims } = vc.credentialSubject;

  t.is(schema.$id, vc.credentialSchema.id);
  t.true(validate(vc), JSON.stringify(validate.errors));
  t.false(validate({ ...vc, credentialSubject: claims }));
  t.false(validate({ ...vc, credentialSubject: { ...vc.credentialSubject, note: 'x' } }));
});

test('the contexts know every word of the subject and the type, each once', t => {
  const { origin } = bureau.issuer;
  const words = (context: object): string[] =>
    Object.keys((context as { '@context': object })['@context']).filter(word => !word.startsWith('@'));
  const title = words(titleContext(origin));
  const own = words(useCopyContext(origin));
  const { use, ...claims } = vc.credentialSubject;

  for (const word of [vc.type[1] ?? '', 'use', ...Object.keys(use)]) t.true(own.includes(word), word);
  for (const word of Object.keys(claims)) t.true(title.includes(word), word);
  t.deepEqual(
    own.filter(word => title.includes(word)),
    [],
  );
});
