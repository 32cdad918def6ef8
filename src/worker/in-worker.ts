import { loadPart } from "../runtime/load-part.ts";
import type { ModelSource } from "../runtime/sources/model-source.ts";
import type { Opening } from "./model-host.ts";
import type { RemoteDPT } from "./remote-dpt.ts";
import { takenSource } from "./taken-source.ts";

/**
 * A model in a worker. What talks to the worker is loaded only now, so that a page without one does not pay; the source is
 * taken before that.
 */
export async function inWorker(way: Opening["way"], source: ModelSource, options: object): Promise<RemoteDPT> {
  const [{ RemoteDPT }, taken] = await Promise.all([loadPart(import("./remote-dpt.ts")), takenSource(source)]);
  return RemoteDPT[way](taken, options);
}
