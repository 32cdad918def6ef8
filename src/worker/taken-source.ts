import { loadPart } from "../runtime/load-part.ts";
import { entriesOf } from "../runtime/sources/entries-of.ts";
import type { ModelSource } from "../runtime/sources/model-source.ts";

/** A source that stays as it is: a drop is empty after its event, and a list of picked files when others are picked. */
export async function takenSource(source: ModelSource): Promise<Exclude<ModelSource, DataTransfer>> {
  if (typeof source === "string" || source instanceof URL) return source;
  if ("dropEffect" in source) {
    const entries = entriesOf(source);
    const { filesOfEntries } = await loadPart(import("../runtime/sources/given-files.ts"));
    return filesOfEntries(entries);
  }
  return Symbol.iterator in source ? ([...source] as File[]) : source;
}
