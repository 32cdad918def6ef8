import { createStore, get, set } from "idb-keyval";
import type { TuningStore } from "./tuning-store.ts";

/** The page's own database; `undefined` where there is none, as in Node. */
export function indexedDbStore(): TuningStore | undefined {
  if (!("indexedDB" in globalThis)) return undefined;
  const store = createStore("dpt-webgpu", "tuning");
  return { get: (key) => get(key, store), set: (key, value) => set(key, value, store) };
}
