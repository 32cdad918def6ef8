/// <reference lib="webworker" />

/** All files of the built page but the models', from its folder on; `list-files.ts` writes them in. */
declare const PAGE_FILES: readonly string[];
/** Changes with them. */
declare const PAGE_VERSION: string;

// The types of pages and of workers are one program here; a service worker is what this file runs in.
const scope = globalThis as unknown as ServiceWorkerGlobalScope;

const PREFIX = "dpt-webgpu-page-";
const CACHE = PREFIX + PAGE_VERSION;

scope.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(PAGE_FILES.map((file) => new Request(file, { cache: "reload" }))))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  // Ranges and other sites' files are none of this page's.
  if (request.method !== "GET" || request.headers.has("Range") || new URL(request.url).origin !== location.origin)
    return;
  event.respondWith(answer(request));
});

/** The page itself from the net if that answers soon, so that a new one is seen at once; its files never change. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  if (request.mode !== "navigate") return (await cache.match(request)) ?? fetch(request);
  const kept = await cache.match("./", { ignoreSearch: true });
  if (!kept) return fetch(request);
  // By its address: a request that navigates cannot be given a signal.
  return fetch(request.url, { signal: AbortSignal.timeout(3000) }).catch(() => kept);
}

async function removeOld(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}
