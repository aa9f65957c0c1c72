// The gate's files: fetched, checked, kept; an older or false one never takes the place of one that is there.
import { readChanges } from "../signed/changes.js";
import { readTrust } from "../signed/trust.js";
import { held, hold } from "./kept.js";
import { ask } from "./server.js";

export const files = { trust: null, changes: null };
const tags = {};
const now = () => Date.now() / 1000;

/** Read the files that this device kept. */
export async function readKept() {
  await read("trust", await held("trust")).catch(() => {});
  await read("changes", await held("changes")).catch(() => {});
}

/** Fetch what is newer; returns false where the server did not answer. */
export async function refresh() {
  for (const name of ["trust", "changes"]) {
    const { status, answer, etag } = await ask(`/gate/files/${name}`, { bytes: true, etag: tags[name] });
    if (status === 0) return false;
    if (status !== 200) continue;
    try {
      await read(name, answer);
      await hold(name, answer);
      tags[name] = etag;
    } catch (refused) {
      console.warn(`${name} refused`, refused.message);
    }
  }
  return true;
}

async function read(name, data) {
  if (!data) return;
  const newestSeen = Number(files[name]?.sequence ?? 0);
  if (name === "trust") files.trust = await readTrust(data, { root: await held("root"), newestSeen });
  else if (files.trust) files.changes = await readChanges(data, { trust: files.trust, at: now(), newestSeen });
}
