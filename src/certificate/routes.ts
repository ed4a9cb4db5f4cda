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
  const { origin } = world.issuer;
  const forever = { maxAgeSeconds: YEAR_SECONDS, immutable: true };
  const documents = [
    ['/contexts/title/v1', 'application/ld+json', titleContext(origin)],
    ['/contexts/use-copy/v1', 'application/ld+json', useCopyContext(origin)],
    ['/schemas/title/v1', 'application/schema+json', titleSchema(origin)],
    ['/schemas/use-copy/v1', 'application/schema+json', useCopySchema(origin)],
  ] as const;
  for (const [path, type, document] of documents) {
    const body = JSON.stringify(document);
    router.get(path, ctx => {
      answerPublic(ctx, { body, type: `${type}; charset=utf-8`, ...forever });
    });
  }
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

/** What a use copy has beyond the certificate's own terms; the first context, being immutable, stays as it is. */
export function useCopyContext(origin: string): object {
  const terms = ['ProfessionalTitleUseCopy', 'use', 'purpose', 'recipient'];
  const named = Object.fromEntries(terms.map(term => [term, `${origin}/contexts/use-copy/v1#${term}`]));
  return { '@context': { '@version': 1.1, '@protected': true, ...named } };
}

interface StoredSchema {
  readonly [member: string]: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
}

function titleSchema(origin: string): object {
  return withSubject(
    stored('title-credential.json'),
    subjectOf('title-subject.json'),
    `${origin}/schemas/title/v1`,
  );
}

function useCopySchema(origin: string): object {
  const { properties: claims } = subjectOf('title-subject.json');
  const subject = subjectOf('use-copy-subject.json');
  // stored, the claims only point at those of the certificate; served, the document stands alone
  const whole = { ...subject, properties: { ...subject.properties, ...claims } };
  return withSubject(stored('use-copy-credential.json'), whole, `${origin}/schemas/use-copy/v1`);
}

function withSubject(credential: StoredSchema, credentialSubject: object, id: string): object {
  return { ...credential, $id: id, properties: { ...credential.properties, credentialSubject } };
}

function subjectOf(name: string): StoredSchema {
  const { $schema: _dialect, $id: _id, ...subject } = stored(name);
  return subject;
}

function stored(name: string): StoredSchema {
  return JSON.parse(readFileSync(projectFile(`schemas/${name}`), 'utf8')) as StoredSchema; // our own file
}
