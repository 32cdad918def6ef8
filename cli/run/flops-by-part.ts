import type { Dispatch, Graph } from "../../src/runtime/graph.ts";

/** A part of the way through the network. */
export interface PartCost {
  readonly part: string;
  readonly dispatches: number;
  readonly flops: number;
}

/** Names of weights, as checkpoints have them, to the part that they belong to. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:dpt|backbone)\.embeddings\./, "embeddings"],
  [/^(?:dpt|backbone)\./, "encoder"],
  [/^neck\.reassemble_stage\./, "reassemble"],
  [/^neck\.convs\./, "reassemble"],
  [/^neck\.fusion_stage\./, "fusion"],
  [/^head\./, "head"],
];

/**
 * What each part of a graph costs, in the order of the way through it. A dispatch belongs to the part of its weights;
 * one without weights, such as attention, to the part of the dispatch before it. Resampling, known by its constants,
 * is no part of the network.
 */
export function flopsByPart(graph: Graph): PartCost[] {
  const costs = new Map<string, { dispatches: number; flops: number }>();
  let part = "picture in";
  for (const dispatch of graph.dispatches) {
    part = partOf(dispatch) ?? part;
    const cost = costs.get(part) ?? { dispatches: 0, flops: 0 };
    cost.dispatches++;
    cost.flops += dispatch.kernel.flops;
    costs.set(part, cost);
  }
  return [...costs].map(([name, cost]) => ({ part: name, ...cost }));
}

function partOf({ inputs }: Dispatch): string | undefined {
  const weight = inputs.find(({ role }) => role === "weight");
  if (weight) return PARTS.find(([pattern]) => pattern.test(weight.label))?.[1];
  const isResampling = inputs.some(({ role }) => role === "constant");
  if (!isResampling) return undefined;
  return inputs[0]!.dtype === "u32" ? "picture in" : "picture out";
}
