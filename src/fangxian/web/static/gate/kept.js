// What a device keeps: its token and files under names, and scans until the server has acknowledged them.
let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("fangxian-gate", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("held");
      // In the order in which they were scanned: of two that show the same minute, the first is the person's.
      asked.result.createObjectStore("scans", { keyPath: ["scanned_ms", "scan_id"] });
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
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const held = (name) => inStore("held", "readonly", (store) => store.get(name));
export const hold = (name, value) => inStore("held", "readwrite", (store) => store.put(value, name));
export const keepScan = (scan) => inStore("scans", "readwrite", (store) => store.put(scan));
export const scansKept = () => inStore("scans", "readonly", (store) => store.count());
export const oldestScans = (most) => inStore("scans", "readonly", (store) => store.getAll(null, most));
export const forgetScans = (scans) => inStore("scans", "readwrite", (store) => {
  for (const { scanned_ms, scan_id } of scans) store.delete([scanned_ms, scan_id]);
  return store.count();
});
