import { loadPart } from "../runtime/load-part.ts";
import { entriesOf } from "../runtime/sources/entries-of.ts";
import type { ModelSource } from "../runtime/sources/model-source.ts";

/**
 * A source that stays as it is: a drop is empty after its event, and a list of picked files when others are picked.
 * @throws UsageError for what is none
 */
export async function takenSource(source: ModelSource): Promise<Exclude<ModelSource, DataTransfer>> {
  if (typeof source === "string" || source instanceof URL) return source;
  const given: object = Object(source);
  const entries = "dropEffect" in given ? entriesOf(given as DataTransfer) : undefined;
  const taken = Symbol.iterator in given ? [...(given as Iterable<File>)] : source;
  const { filesOfEntries, checkGiven } = await loadPart(import("../runtime/sources/given-files.ts"));
  if (entries) return filesOfEntries(entries);
  checkGiven(taken);
  return taken as Exclude<ModelSource, DataTransfer>;
}
