/** `/openapi.json` for machines and `/api-docs` for people; both public, made once at the start. */
import { readFileSync } from 'node:fs';
import Router from '@koa/router';
import { projectFile } from '../../shared/project.ts';
import { answerPublic } from '../kit.ts';
import { openApiOf, type DocumentedOperation, type Heading, type Outgoing } from './openapi.ts';
import { pageOf, type Document } from './page.ts';

const MAX_AGE_SECONDS = 300;

export function docsRoutes(
  operations: readonly DocumentedOperation[],
  outgoing: readonly Outgoing[],
  heading: Heading,
): Router {
  const router = new Router();
  const document = openApiOf(operations, outgoing, heading);
  const json = JSON.stringify(document);
  const page = pageOf(document as unknown as Document); // our own document, made a line above
  const style = readFileSync(projectFile('public/api-docs.css'), 'utf8');
  const serve = (path: string, body: string, type: string): void => {
    router.get(path, ctx => answerPublic(ctx, { body, type, maxAgeSeconds: MAX_AGE_SECONDS }));
  };
  serve('/openapi.json', json, 'application/json; charset=utf-8');
  serve('/api-docs', page, 'text/html; charset=utf-8');
  serve('/api-docs.css', style, 'text/css; charset=utf-8');
  return router;
}
