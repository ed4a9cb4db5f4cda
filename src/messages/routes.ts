/**
 * The outbox as a page, for demonstrations on one's own machine: who was told what, without a telephone. It exists only where the
 * configuration asks for it, which production refuses.
 */
import Router from '@koa/router';
import { clockTimeAt } from '../shared/time.ts';
import type { World } from '../world.ts';
import { recentMessages } from './enqueue.ts';
import type { OutboxMessage } from './store.ts';

const SHOWN = 50;
const STYLE_PATH = '/demo/outbox.css';

/** GET /demo/outbox; without the setting there is no such address. */
export function demoOutboxRoutes(world: World): Router {
  const router = new Router();
  if (!world.config.demoOutbox) return router;
  router.get('/demo/outbox', async ctx => {
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'html';
    ctx.body = page(await recentMessages(world, SHOWN));
  });
  router.get(STYLE_PATH, ctx => {
    ctx.type = 'css';
    ctx.body = STYLE;
  });
  return router;
}

function page(messages: readonly OutboxMessage[]): string {
  const items = messages.map(
    ({ createdAt, phone, text }) =>
      `<li><p class="head"><strong>${escaped(phone)}</strong> <time>${clockTimeAt(createdAt)}</time></p><p>${escaped(text)}</p></li>`,
  );
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="3">
<title>演示短信箱</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<h1>演示短信箱</h1>
<p>演示环境不发送短信；系统要发的短信都在这里，最新的在最上面，每 3 秒刷新。</p>
${items.length === 0 ? '<p>还没有短信。</p>' : `<ol>\n${items.join('\n')}\n</ol>`}
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`);
}

const STYLE = `:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
ol { list-style: none; padding: 0; }
li { border: 1px solid GrayText; border-radius: 8px; padding: 0.5rem 1rem; margin: 0.75rem 0; }
li p { margin: 0.25rem 0; overflow-wrap: anywhere; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
time { color: GrayText; font-variant-numeric: tabular-nums; }
`;
