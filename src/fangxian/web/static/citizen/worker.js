// Keeps what the offline page needs, and shows that page where the network does not answer. It keeps nobody's data.
const CACHE = "fangxian-me-1", OFFLINE = "/me/offline";
const NEEDED = [OFFLINE, "/static/mark.svg", "/static/citizen/citizen.css", "/static/citizen/offline.js", "/static/citizen/keeping.js", "/static/citizen/showing.js",
  "/static/signed/phone.js", "/static/signed/bytes.js", "/static/signed/cbor.js", "/static/signed/cose.js", "/static/vendor/lean-qr.mjs"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(NEEDED)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(fetch(request).catch(() => caches.match(request)));
});
