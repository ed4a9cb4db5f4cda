/** Bytes as a file to keep, never as a page to show: RFC 6266 with the name in UTF-8, and the type is not guessed at. */
import type { Context } from 'koa';

/** The answer will be saved under that name. */
export function answerFile(ctx: Context, file: { readonly name: string; readonly mediaType: string }): void {
  const plain = file.name.replace(/[^\w.-]/g, '_');
  const exact = encodeURIComponent(file.name).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  ctx.set('Content-Disposition', `attachment; filename="${plain}"; filename*=UTF-8''${exact}`);
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.type = file.mediaType;
}
