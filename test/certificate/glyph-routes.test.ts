import test, { type ExecutionContext } from 'ava';
import { createServer, request } from 'node:http';
import Koa from 'koa';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { glyphRoutes } from '../../src/certificate/glyph-routes.ts';
import { problems } from '../../src/http/problem.ts';
import { aBureau } from '../support/bureau.ts';
import { databases } from '../support/database.ts';
import { startService } from '../../src/service.ts';

async function served(t: ExecutionContext): Promise<string> {
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  const service = await startService(await aBureau(t, sqlite));
  t.teardown(async () => service.stop());
  return service.url;
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** The path exactly as it stands: fetch would tidy it up. */
async function rawGet(url: string, path: string): Promise<Answered> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: String(response.headers['content-type']),
          text,
        }),
      );
    });
    asked.on('error', reject).end();
  });
}

/** Width and height of what the one path draws, in thousandths of the em. */
function extent(svg: string): { width: number; height: number; left: number; top: number } {
  const [, path = ''] =
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 -880 1000 1000"><path d="([ML\d Z-]+)"\/><\/svg>$/.exec(
      svg,
    ) ?? [];
  const points = [...path.matchAll(/(-?\d+) (-?\d+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

// R27: the verification page shows the true character
for (const character of ['𬭎', '㛃', '䶮', '〇']) {
  const codePoint = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}`;
  test(`${character} is served as a picture of one path inside its em square`, async t => {
    const url = await served(t);

    const response = await fetch(`${url}/glyphs/${codePoint}.svg`);
    const { left, top, width, height } = extent(await response.text());

    t.is(response.status, 200);
    t.is(response.headers.get('content-type'), 'image/svg+xml');
    t.is(response.headers.get('access-control-allow-origin'), '*');
    t.is(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    t.true(width > 500 && height > 500 && width <= 1000 && height <= 1000, `${width} × ${height}`);
    t.true(left >= -20 && top >= -900 && left + width <= 1020 && top + height <= 140);
  });
}

test('a character is drawn upright and in its own shape', async t => {
  const url = await served(t);
  const shapeOf = async (codePoint: string): Promise<ReturnType<typeof extent>> =>
    extent((await rawGet(url, `/glyphs/${codePoint}.svg`)).text);

  const [one, stroke, above, below] = [
    await shapeOf('U+4E00'), // 一
    await shapeOf('U+4E28'), // 丨
    await shapeOf('U+4E36'), // 丶
    await shapeOf('U+706C'), // 灬: four dots at the foot
  ];

  t.true(one.width > 5 * one.height);
  t.true(stroke.height > 4 * stroke.width);
  t.true(above.top < below.top);
});

const REFUSED: readonly [name: string, path: string][] = [
  ['a letter', '/glyphs/U+0041.svg'],
  ['a kana', '/glyphs/U+3042.svg'],
  ['a private-use character', '/glyphs/U+E000.svg'],
  ['a surrogate', '/glyphs/U+D800.svg'],
  ['beyond the last character', '/glyphs/U+110000.svg'],
  ['far beyond the last character', '/glyphs/U+FFFFFF.svg'],
  ['a Han character that no font has', '/glyphs/U+2F9F4.svg'],
  ['lower case', '/glyphs/U+4e00.svg'],
  ['needless zeros', '/glyphs/U+004E00.svg'],
  ['too few digits', '/glyphs/U+4E0.svg'],
  ['too many digits', '/glyphs/U+0004E00.svg'],
  ['another kind of file', '/glyphs/U+4E00.png'],
  ['two endings', '/glyphs/U+4E00.svg.svg'],
  ['no name', '/glyphs/'],
  ['a way out', '/glyphs/../package.json'],
  ['a hidden way out', '/glyphs/..%2f..%2fpackage.json'],
  ['a way out behind the name', '/glyphs/U+4E00.svg/../../../package.json'],
  ['a broken escape', '/glyphs/%E4%B.svg'],
  ['a NUL', '/glyphs/U+4E00%00.svg'],
];

test('what is no Han character of our fonts, or not written exactly so, is a problem document and never a picture', async t => {
  const url = await served(t);

  for (const [name, path] of REFUSED) {
    const { status, type, text } = await rawGet(url, path);

    t.true(status === 404 || (name === 'a broken escape' && status === 400), `${name}: ${status}`);
    t.is(type, 'application/problem+json', name);
    t.false(text.includes('<svg') || text.includes('"scripts"'), name);
  }
});

test('asking for every character there is does not keep them all', async t => {
  const app = new Koa();
  app.use(problems(pino({ level: 'silent' })));
  const [sqlite] = databases();
  if (!sqlite) throw new RangeError('SQLite is always there');
  app.use(glyphRoutes(await aBureau(t, sqlite)).routes());
  const handler = app.callback();
  const server = createServer((asked, response) => void handler(asked, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (from: number, count: number): Promise<void> => {
    for (let at = from; at < from + count; at += 1)
      await rawGet(url, `/glyphs/U+${at.toString(16).toUpperCase()}.svg`);
  };

  await ask(0x4e00, 600);
  const before = heapMb();
  await ask(0x5100, 3000);
  const grown = heapMb() - before;

  t.true(grown < 40, `${grown.toFixed(0)} MB more`); // 3,000 kept glyphs are some 80 MB
});

function heapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)(); // the way to it without a flag at start
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}
