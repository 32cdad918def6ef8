import { indexedDbStore } from "../../../src/runtime/paths/indexed-db-store.ts";
import type { TuningStore } from "../../../src/runtime/paths/tuning-store.ts";

declare global {
  /** What a page has to keep measurements in. */
  var tuningStore: TuningStore | undefined;
}

globalThis.tuningStore = indexedDbStore();
