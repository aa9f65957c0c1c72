// Lets the gate's page open and work without a network: its files are fetched anew where there is one, and kept.
const KEPT = "gate";
const PAGE = "/gate";
const FILES = ["gate.css", "gate.js", "camera.js", "files.js", "kept.js", "sending.js", "server.js", "verdict.js", "words.js"];
const SIGNED = ["bytes.js", "cbor.js", "changes.js", "claims.js", "cose.js", "judging.js", "reading.js", "seen.js", "trust.js"];
const NEEDED = [PAGE, "/static/vendor/jsqr.js", "/static/mark.svg",
  ...FILES.map((name) => `/static/gate/${name}`), ...SIGNED.map((name) => `/static/signed/${name}`)];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(NEEDED)).then(() => self.skipWaiting()));
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
    if (answer.ok) await kept.put(pathname, answer.clone());
    return answer.ok ? answer : ((await kept.match(pathname)) ?? answer);
  } catch {
    return (await kept.match(pathname)) ?? Response.error();
  }
}
