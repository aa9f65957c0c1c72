// Talking to the server: each call says what became of it, and none throws for want of a network.
let token;

export const use = (bearer) => { token = bearer; };

/** Return `{status, answer}`; status 0 is no answer in time. */
export async function ask(path, { body, etag, bytes = false, within = 8000 } = {}) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (etag) headers["If-None-Match"] = etag;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const sent = { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), cache: "no-store" };
    const got = await fetch(path, { ...sent, signal: AbortSignal.timeout(within) });
    if (got.status === 304) return { status: 304 };
    const answer = bytes && got.ok ? new Uint8Array(await got.arrayBuffer()) : await got.json();
    return { status: got.status, answer, etag: got.headers.get("etag") };
  } catch {
    return { status: 0 };
  }
}
