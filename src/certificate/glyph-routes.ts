/** Pictures of Han characters by code point, for everyone (R27). Immutable: a glyph of the certificate's typeface does not change. */
import Router from '@koa/router';
import { answerPublic } from '../http/kit.ts';
import { DomainError } from '../shared/errors.ts';
import type { World } from '../world.ts';
import { openFonts } from './face/glyphs.ts';
import { FaceRefused, type Fonts } from './face/primitives.ts';
import { glyphSvg, hanAt } from './glyph-picture.ts';

const YEAR_SECONDS = 31_536_000;
/**
 * Fonts keep every glyph they drew. Those of the issuing renderer meet the names of people; these meet whatever strangers ask for, so they
 * are apart and opened anew (some 30 ms) after so many, or asking for every character there is would fill the memory.
 */
const DRAWN_BEFORE_NEW_FONTS = 500;

/** `GET /glyphs/U+XXXX.svg`; 404 for what is no Han character and for one that no font has. */
export function glyphRoutes({ config }: Pick<World, 'config'>): Router {
  const router = new Router();
  let fonts: Fonts | undefined;
  let drawn = 0;
  const freshEnough = (): Fonts => {
    drawn += 1;
    if (fonts === undefined || drawn % DRAWN_BEFORE_NEW_FONTS === 0)
      fonts = openFonts({ fontFolders: config.fontDirs });
    return fonts;
  };
  router.get('/glyphs/:name', ctx => {
    const [codePoint = '', ...rest] = (ctx.params['name'] ?? '').split('.');
    const character = rest.join('.') === 'svg' ? hanAt(codePoint) : undefined;
    if (character === undefined) throw noGlyph();
    const body = drawnBy(freshEnough(), character);
    answerPublic(ctx, { body, type: 'image/svg+xml', maxAgeSeconds: YEAR_SECONDS, immutable: true });
  });
  return router;
}

function drawnBy(fonts: Fonts, character: string): string {
  try {
    return glyphSvg(character, fonts);
  } catch (error) {
    if (error instanceof FaceRefused) throw noGlyph();
    throw error;
  }
}

function noGlyph(): DomainError {
  return new DomainError(
    'NOT_FOUND',
    '没有这个字形；请用 U+4E00 这样的大写十六进制编码，且须为字库中有的汉字。',
  );
}
