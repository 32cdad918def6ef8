import { UsageError } from "../runtime/errors.ts";
import { isHubId } from "../runtime/hub/hub-model.ts";
import { loadPart } from "../runtime/load-part.ts";
import type { ModelFiles } from "../runtime/sources/byte-source.ts";
import type { ModelSource } from "../runtime/sources/model-source.ts";
import { isSingleFile } from "../runtime/sources/single-file.ts";
import type { Opening } from "./model-host.ts";
import { takenSource } from "./taken-source.ts";

/** A source as it goes to a worker: by value, or by a bridge to the page where its functions are. */
export type CrossingSource = { readonly source: ModelSource } | { readonly files: ModelFiles };

/** What the event of a drop knows is read before this returns. */
export async function crossingSource(source: ModelSource, way: Opening["way"]): Promise<CrossingSource> {
  const taken = await takenSource(source);
  if (typeof taken === "string" || taken instanceof URL) return { source: absolute(taken, way) };
  if ("kind" in taken || Symbol.iterator in taken) return { source: taken };
  const { checkedFiles } = await loadPart(import("../runtime/sources/given-files.ts"));
  return { files: checkedFiles(taken) };
}

/** A relative address counts from the page; in the worker it would count from its script. */
function absolute(source: string | URL, way: Opening["way"]): string {
  const text = String(source);
  if (way === "fromPretrained" && isHubId(text) && !isSingleFile(text)) return text;
  const base = globalThis.location?.href;
  return URL.canParse(text, base) ? new URL(text, base).href : text;
}

const STAY: Readonly<Record<string, string>> = {
  device: "The worker has a device of its own.",
  adapter: "The worker asks for an adapter of its own.",
  fetch: "Give a token, or an address that needs no header.",
  tuningStore: "The worker keeps what it measures in the browser's database.",
  output: "What stays on the device stays in the worker: take the numbers, or load the model on the page.",
  cache: "The worker keeps models in the browser's storage, or nowhere if it is false.",
};

/** @throws UsageError for an option that cannot go to a worker */
export function checkOptions(options: object): void {
  for (const [name, advice] of Object.entries(STAY)) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined || value === false || value === "webgpu") continue;
    throw new UsageError(`${name}: want none for a model in a worker, got ${typeof value}. ${advice}`);
  }
}
