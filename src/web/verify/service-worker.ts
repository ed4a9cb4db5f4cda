/**
 * Keeps the verify page and its files, so that `/v` opens with the network off. Network first for the page: a new one is never
 * held back. What is loaded on need (scanner, PDF engine) is kept once it was loaded. It stores built files and glyphs only; the
 * trust document is kept and judged by the page itself, and fragments never reach a worker's fetch.
 */
interface Extendable extends Event {
  waitUntil: (work: Promise<unknown>) => void;
}
interface FetchLike extends Extendable {
  readonly request: Request;
  respondWith: (answer: Promise<Response>) => void;
}
interface WorkerScope {
  addEventListener: ((type: 'install' | 'activate', listener: (event: Extendable) => void) => void) &
    ((type: 'fetch', listener: (event: FetchLike) => void) => void);
  skipWaiting: () => Promise<void>;
  readonly clients: { claim: () => Promise<void> };
}

// the library for pages has no type for this scope
const scope = self as unknown as WorkerScope;
const FILES = 'verify-page';
const GLYPHS = 'verify-glyphs';
const MAX_GLYPHS = 200;
/** A network that is there and gives nothing must not keep a person waiting at a door. */
const PATIENCE_MILLISECONDS = 2500;
const PAGE = '/v';
const ASSETS = '/app/assets/';
/** What the page names besides its hashed assets. */
const FIXED = /"(\/app\/(?:assets\/[^"]+|icons\/[^"]+|manifest\.webmanifest))"/g;
/** Megabytes that many visitors never need: kept once they were loaded. */
const LARGE = /\.wasm$|\/(?:reader-worker|read-pdf)-/;
/** How one built file names another. */
const NAMED = /[\w.-]+-[\w-]{8}\.(?:js|css|wasm|svg|png)\b/g;

scope.addEventListener('install', event => {
  event.waitUntil(keepPage().then(() => scope.skipWaiting()));
});

scope.addEventListener('activate', event => {
  event.waitUntil(scope.clients.claim());
});

scope.addEventListener('fetch', event => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== 'GET') return;
  if (request.mode === 'navigate' && pathname === PAGE) event.respondWith(page(event));
  else if (pathname.startsWith('/app/')) event.respondWith(file(event));
  else if (pathname.startsWith('/glyphs/')) event.respondWith(glyph(event));
});

async function keepPage(): Promise<void> {
  const answer = await fetch(PAGE, { cache: 'no-cache' });
  if (!answer.ok) throw new TypeError(`the page answered ${answer.status}`);
  await store(answer);
}

/** The newest page where the network gives it in time; the kept one where it does not, or gives an error instead. */
async function page(event: FetchLike): Promise<Response> {
  const answering = fetch(event.request);
  const storing = answering.then(answer => (answer.ok ? store(answer.clone()) : undefined));
  event.waitUntil(storing.catch(() => undefined)); // TypeError: offline; what was kept stays
  const kept = await caches.match(PAGE);
  if (kept === undefined) return answering;
  const late = new Promise<Response>(resolve => setTimeout(() => resolve(kept), PATIENCE_MILLISECONDS));
  const fresh = answering.then(
    answer => (answer.ok ? answer : kept),
    () => kept,
  );
  return Promise.race([fresh, late]);
}

/** Page and files are stored together; files that nothing names any more are dropped, and their successors kept instead. */
async function store(answer: Response): Promise<void> {
  const text = await answer.clone().text();
  const named = [...text.matchAll(FIXED)].flatMap(([, path]) => path ?? []);
  const cache = await caches.open(FILES);
  const kept = (await cache.keys()).map(request => new URL(request.url).pathname);
  await cache.addAll(named.filter(path => !kept.includes(path)));
  await cache.put(PAGE, answer);
  const reachable = await reachableFrom(cache, named);
  const stale = kept.filter(path => path !== PAGE && !reachable.has(path));
  const stems = new Set(stale.map(stemOf));
  const isWanted = (path: string): boolean => !LARGE.test(path) || stems.has(stemOf(path));
  const wanted = [...reachable].filter(path => isWanted(path) && !kept.includes(path));
  // none of these is needed for a verdict: one that does not come is kept when it is first used
  await Promise.allSettled(wanted.map(path => cache.add(path)));
  for (const path of stale) await cache.delete(path);
}

/** Everything the page names, and what the kept ones of those name in turn. */
async function reachableFrom(cache: Cache, named: readonly string[]): Promise<ReadonlySet<string>> {
  const reachable = new Set(named);
  for (const path of reachable) {
    const kept = path.endsWith('.js') ? await cache.match(path) : undefined;
    for (const [name] of ((await kept?.text()) ?? '').matchAll(NAMED)) reachable.add(ASSETS + name);
  }
  return reachable;
}

/** `/app/assets/reader-worker-Ab3dEf9_.js` without its hash. */
function stemOf(path: string): string {
  return path.replace(/-[\w-]{8}(\.\w+)$/, '$1');
}

/** Hashed files never change: the kept one first. What has a fixed name is asked for, and kept for when nobody answers. */
async function file(event: FetchLike): Promise<Response> {
  const { request } = event;
  const isHashed = new URL(request.url).pathname.startsWith(ASSETS);
  const kept = await caches.match(request.url);
  if (kept && isHashed) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok && isHashed) event.waitUntil(put(FILES, request.url, answer.clone()));
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

/** A character's outline never changes either; only so many are kept. */
async function glyph(event: FetchLike): Promise<Response> {
  const { request } = event;
  const kept = await caches.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  const cache = await caches.open(GLYPHS);
  const hasRoom = (await cache.keys()).length < MAX_GLYPHS;
  if (answer.ok && hasRoom) event.waitUntil(put(GLYPHS, request.url, answer.clone()));
  return answer;
}

async function put(name: string, url: string, answer: Response): Promise<void> {
  const cache = await caches.open(name);
  await cache.put(url, answer);
}
