import type { DepthMap, NormalMap, Segmentation } from "../model/answers/predictions.ts";
import { loadPart } from "../runtime/load-part.ts";

/** Gives answers that came from a worker, where only their numbers go, the methods that draw them. */
export async function drawable(answer: unknown): Promise<unknown> {
  const { labelMapOf, depthMapOf, normalMapOf } = await loadPart(import("../model/answers/predictions.ts"));
  const drawn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(drawn);
    if (typeof value !== "object" || value === null) return value;
    if ("labels" in value) return labelMapOf(value as Segmentation);
    if ("depth" in value && ArrayBuffer.isView(value.depth)) return depthMapOf(value as DepthMap);
    if ("normals" in value && ArrayBuffer.isView(value.normals)) return normalMapOf(value as NormalMap);
    const isPredictions = ["segmentation", "depth", "normals"].some((task) => task in value);
    return isPredictions ? Object.fromEntries(Object.entries(value).map(([task, each]) => [task, drawn(each)])) : value;
  };
  return drawn(answer);
}
