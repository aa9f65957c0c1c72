// Lets the round open and work without a network: the page's files are fetched anew where there is one, and kept. They hold nobody's data.
const KEPT = "work", PAGE = "/work";
const NEEDED = [PAGE, "/static/mark.svg", "/static/work/work.css",
  ...["drawing", "kept", "knocking", "ordering", "picture", "sending", "server", "words", "work"].map((name) => `/static/work/${name}.js`)];

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all(NEEDED.map((path) => fresh(path, path))).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && NEEDED.includes(pathname)) event.respondWith(fresh(pathname, event.request));
});

async function fresh(pathname, request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(4000) });
    // Whoever is not logged in is led to log in: that page is shown, and does not take the place of the round.
    if (answer.ok && !answer.redirected && answer.type !== "opaqueredirect") await kept.put(pathname, answer.clone());
    return answer.status < 500 ? answer : ((await kept.match(pathname)) ?? answer);
  } catch {
    return (await kept.match(pathname)) ?? Response.error();
  }
}
