import type { Path } from "../graph/kernel.ts";
import type { TuningStore } from "./tuning-store.ts";

/** Kinds of paths that were found to be wrong on an adapter. */
export interface SwitchedOff {
  /** As {@link familyOf} has them. */
  readonly families: readonly string[];
}

/** The kind of way that a path is, without its sizes: `workgroup tiles` of `workgroup tiles 64×64×16`. */
export function familyOf({ name }: Pick<Path, "name">): string {
  return name.replace(/ \d.*$/, "");
}

const keyOf = (adapter: string) => `${adapter} switched off`;

/** What a store has of an adapter, which anybody may have written: nothing, unless it is a list of names. */
export async function switchedOff(store: TuningStore, adapter: string): Promise<readonly string[]> {
  const value = (await store.get(keyOf(adapter))) as Partial<SwitchedOff> | undefined | null;
  const families = typeof value === "object" ? value?.families : undefined;
  return Array.isArray(families) && families.every((name) => typeof name === "string") ? families : [];
}

/** Keeps them for the next time a model is loaded on that adapter, in place of those that were kept before. */
export async function switchOff(store: TuningStore, adapter: string, families: readonly string[]): Promise<void> {
  await store.set(keyOf(adapter), { families } satisfies SwitchedOff);
}
