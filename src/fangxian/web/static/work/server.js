// Talking to the server: each call says what became of it, and none throws for want of a network.

/** Return `{status, answer}`; status 0 is no answer in time. */
export async function ask(path, { body, bytes, token, task, within = 15_000 } = {}) {
  const headers = { ...(token && { "X-Fangxian-Phone": token }), ...(task && { "X-Fangxian-Task": task }) };
  if (bytes) headers["Content-Type"] = "image/jpeg";
  else if (body) headers["Content-Type"] = "application/json";
  try {
    const sent = { method: body || bytes ? "POST" : "GET", headers, body: bytes ?? (body && JSON.stringify(body)), cache: "no-store", redirect: "manual" };
    const got = await fetch(path, { ...sent, signal: AbortSignal.timeout(within) });
    const json = got.headers.get("content-type")?.startsWith("application/json");
    return { status: got.type === "opaqueredirect" ? 401 : got.status, answer: json ? await got.json() : null };
  } catch {
    return { status: 0 };
  }
}
