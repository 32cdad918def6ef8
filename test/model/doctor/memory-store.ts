import type { TuningStore } from "../../../src/runtime/paths/tuning-store.ts";

/** Keeps what it is given as long as it lives. */
export function memoryStore(): TuningStore & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  return { kept, get: async (key) => kept.get(key), set: async (key, value) => void kept.set(key, value) };
}
