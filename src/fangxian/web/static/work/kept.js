// What a phone keeps, sealed under keys that cannot leave it: the round for a day, and each knock until the server has it. Without the
// key what is kept says nothing; to forget is to delete the key first.
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("fangxian-work", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("held");
      asked.result.createObjectStore("knocks", { keyPath: "visit_id" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Do one thing in one store, and return its result when it is on the disk. */
async function inStore(name, mode, act) {
  const transaction = (await database()).transaction(name, mode, { durability: "strict" });
  const asked = act(transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const held = (name) => inStore("held", "readonly", (store) => store.get(name));
const hold = (name, value) => inStore("held", "readwrite", (store) => store.put(value, name));
const drop = (...names) => inStore("held", "readwrite", (store) => { for (const name of names) store.delete(name); });

async function keyFor(name, make) {
  const kept = await held(name);
  if (kept || !make) return kept;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await hold(name, key);
  return key;
}

async function sealed(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

const open = (key, { iv, data }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data);
const written = (value) => new TextEncoder().encode(JSON.stringify(value));
const read = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

/** Keep a round until `endsMs` in the place of the one before, under a key of its own. */
export async function keepRound(round, { fetchedMs, endsMs }) {
  await drop("round", "round-key");
  const key = await keyFor("round-key", true);
  await hold("round", { ...(await sealed(key, written(round))), fetchedMs, endsMs });
}

/** Return `{round, fetchedMs, endsMs}`, or null where there is none; one whose day is over is forgotten. */
export async function keptRound() {
  const kept = await held("round"), key = kept && (await keyFor("round-key", false));
  if (!key) return null;
  if (Date.now() >= kept.endsMs) {
    await drop("round-key", "round");
    return { over: true };
  }
  return { round: read(await open(key, kept)), fetchedMs: kept.fetchedMs, endsMs: kept.endsMs };
}

/** Keep the token by which the server knows this phone. */
export async function keepPhone(token) {
  await hold("phone", await sealed(await keyFor("knock-key", true), written(token)));
}

export async function keptPhone() {
  const kept = await held("phone"), key = kept && (await keyFor("knock-key", false));
  return key ? read(await open(key, kept)) : null;
}

/** Keep a knock, and the bytes of its photograph if there is one; its state is read without the key. */
export async function keepKnock(knock, photograph) {
  const key = await keyFor("knock-key", true), { visit_id, kept_ms, state = "waiting" } = knock;
  const picture = photograph ? await sealed(key, photograph) : null;
  const row = { visit_id, kept_ms, state, pictured: !photograph, ...(await sealed(key, written(knock))), picture };
  await inStore("knocks", "readwrite", (store) => store.put(row));
}

/** Return every knock that is kept, in the order in which they were made. */
export async function keptKnocks() {
  const rows = await inStore("knocks", "readonly", (store) => store.getAll()), key = await keyFor("knock-key", false);
  if (!key) return [];
  const found = await Promise.all(rows.map(async (row) => ({ ...read(await open(key, row)), state: row.state, said: row.said, pictured: row.pictured })));
  return found.sort((one, other) => one.kept_ms - other.kept_ms);
}

export async function pictureOf(visitId) {
  const row = await inStore("knocks", "readonly", (store) => store.get(visitId)), key = await keyFor("knock-key", false);
  return row?.picture && key ? open(key, row.picture) : null;
}

/** Keep what became of a knock; what needs no longer be shown is forgotten. */
export async function settleKnock(visitId, changes) {
  const row = await inStore("knocks", "readonly", (store) => store.get(visitId));
  if (row) await inStore("knocks", "readwrite", (store) => store.put({ ...row, ...changes, picture: changes.pictured ? null : row.picture }));
}

/** Forget the knocks that the server has and that nothing stands against. */
export async function forgetSent() {
  const sent = (await keptKnocks()).filter((knock) => knock.state === "sent" && knock.pictured);
  await inStore("knocks", "readwrite", (store) => { for (const { visit_id } of sent) store.delete(visit_id); });
}

export const forgetKnock = (visitId) => inStore("knocks", "readwrite", (store) => store.delete(visitId));

/** Forget everything: the keys first. */
export async function forgetAll() {
  await drop("round-key", "knock-key");
  await drop("round", "phone");
  await inStore("knocks", "readwrite", (store) => store.clear());
}
