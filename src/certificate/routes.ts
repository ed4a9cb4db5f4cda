/** The documents that every credential names: its JSON-LD context and its JSON Schema, immutable under their URLs. */
import { readFileSync } from 'node:fs';
import Router from '@koa/router';
import { answerPublic } from '../http/kit.ts';
import { projectFile } from '../shared/project.ts';
import type { World } from '../world.ts';

const YEAR_SECONDS = 31_536_000;
const VOCABULARY = [
  'printedName',
  'gender',
  'idNumber',
  'submittingUnit',
  'qualification',
  'level',
  'series',
  'specialty',
];

export function certificateRoutes(world: World): Router {
  const router = new Router();
  const context = JSON.stringify(titleContext(world.issuer.origin));
  const schema = JSON.stringify(titleSchema(world.issuer.origin));
  const forever = { maxAgeSeconds: YEAR_SECONDS, immutable: true };
  router.get('/contexts/title/v1', ctx => {
    answerPublic(ctx, { body: context, type: 'application/ld+json; charset=utf-8', ...forever });
  });
  router.get('/schemas/title/v1', ctx => {
    answerPublic(ctx, { body: schema, type: 'application/schema+json; charset=utf-8', ...forever });
  });
  return router;
}

/** JSON-LD 1.1 context of the credential's own terms, and of the list version in status lists. */
export function titleContext(origin: string): object {
  const terms = ['name', ...VOCABULARY, 'reviewBody', 'certificateNumber'];
  const named = Object.fromEntries(terms.map(term => [term, `${origin}/contexts/title/v1#${term}`]));
  return {
    '@context': {
      '@version': 1.1,
      '@protected': true,
      ProfessionalTitleCredential: `${origin}/contexts/title/v1#ProfessionalTitleCredential`,
      listVersion: `${origin}/contexts/title/v1#listVersion`,
      ...named,
      obtainedOn: {
        '@id': `${origin}/contexts/title/v1#obtainedOn`,
        '@type': 'http://www.w3.org/2001/XMLSchema#date',
      },
    },
  };
}

function titleSchema(origin: string): object {
  const read = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(projectFile(`schemas/${name}`), 'utf8')) as Record<string, unknown>;
  const { $schema: _dialect, $id: _id, ...subject } = read('title-subject.json');
  const credential = read('title-credential.json');
  const properties = { ...(credential['properties'] as object), credentialSubject: subject };
  return { ...credential, $id: `${origin}/schemas/title/v1`, properties };
}
