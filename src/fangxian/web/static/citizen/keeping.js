// What a phone keeps of its codes, in IndexedDB: for each place the credential, its end and its colour, and the key that signs the
// minute. The key is not extractable: nothing can take it out of the phone.
const NAME = "fangxian", TABLE = "code";

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(TABLE, { keyPath: "place" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode), asked = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Keep a code: {place, since, name, credential, key, colour, validUntil, issuedAt}; times are milliseconds since 1970, `since` tells apart who was at the place. */
export const keep = (code) => within("readwrite", (table) => table.put(code));

/** Return the code that is kept for a place, or undefined. */
export const kept = (place) => within("readonly", (table) => table.get(place));

/** Return every code that is kept, by place. */
export const allKept = () => within("readonly", (table) => table.getAll());

/** Forget every code but those of some places: whoever logs out, deletes their data or leaves the list leaves nothing to show. */
export const forgetOthers = (places) => within("readwrite", (table) => {
  const keys = table.getAllKeys();
  keys.onsuccess = () => keys.result.filter((place) => !places.includes(place)).forEach((place) => table.delete(place));
  return keys;
});
