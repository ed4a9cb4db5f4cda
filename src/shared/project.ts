/** Finds files of the package itself (schemas, fonts, built pages), whether run from dist/ or elsewhere. Node only. */
import { fileURLToPath } from 'node:url';

/** Absolute path of a file given relative to the package root; compiled code lives in dist/src/shared/. */
export function projectFile(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
