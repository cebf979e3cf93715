/** A small key-value store in IndexedDB. Values keep their type, also non-extractable keys. */
const NAME = "dinh";
const TABLES = ["asks", "keys", "receipts", "seen", "sealed"] as const;

export type Table = (typeof TABLES)[number];

let opened: Promise<IDBDatabase> | undefined;

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("indexeddb"));
  });
}

function database(): Promise<IDBDatabase> {
  opened ??= (() => {
    const request = indexedDB.open(NAME, 2);
    request.onupgradeneeded = () => {
      for (const table of TABLES) if (!request.result.objectStoreNames.contains(table)) request.result.createObjectStore(table);
    };
    return done(request);
  })();
  return opened;
}

async function store(table: Table, mode: IDBTransactionMode): Promise<IDBObjectStore> {
  return (await database()).transaction(table, mode, { durability: "strict" }).objectStore(table);
}

 
export async function read<T>(table: Table, key: string): Promise<T | undefined> {
  return (await done((await store(table, "readonly")).get(key) as IDBRequest<unknown>)) as T | undefined;
}

 
export async function readAll<T>(table: Table): Promise<T[]> {
  return (await done((await store(table, "readonly")).getAll() as IDBRequest<unknown[]>)) as T[];
}

/** Resolves when the value is on disk (the transaction is complete), not before. */
export async function write(table: Table, key: string, value: unknown): Promise<void> {
  const rows = await store(table, "readwrite");
  rows.put(value, key);
  await complete(rows.transaction);
}

export async function forget(table: Table, key: string): Promise<void> {
  const rows = await store(table, "readwrite");
  rows.delete(key);
  await complete(rows.transaction);
}

function complete(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error("indexeddb"));
    transaction.onabort = () => reject(transaction.error ?? new Error("indexeddb"));
  });
}
