/**
 * Keeps the verify page and its files, so that `/v` opens with the network off. Network first: a new page is never held back.
 * It stores pages only; the trust document is kept and judged by the page itself, and fragments never reach a worker's fetch.
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
const CACHE = 'verify-page';
const PAGE = '/v';
const ASSETS = '/app/assets/';

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
  else if (pathname.startsWith(ASSETS)) event.respondWith(asset(request));
});

/** Page and assets are stored together; assets the page no longer names are dropped. */
async function keepPage(): Promise<void> {
  const answer = await fetch(PAGE, { cache: 'no-cache' });
  if (!answer.ok) throw new TypeError(`the page answered ${answer.status}`);
  await store(answer);
}

async function store(answer: Response): Promise<void> {
  const text = await answer.clone().text();
  const named = [...text.matchAll(/(?:src|href)="(\/app\/assets\/[^"]+)"/g)].flatMap(
    ([, path]) => path ?? [],
  );
  const cache = await caches.open(CACHE);
  const kept = await cache.keys();
  const keptPaths = new Set(kept.map(request => new URL(request.url).pathname));
  await cache.addAll(named.filter(path => !keptPaths.has(path)));
  await cache.put(PAGE, answer);
  const stale = [...keptPaths].filter(path => path !== PAGE && !named.includes(path));
  for (const path of stale) await cache.delete(path);
}

async function page(event: FetchLike): Promise<Response> {
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(store(answer.clone()));
    return answer;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

async function asset(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
