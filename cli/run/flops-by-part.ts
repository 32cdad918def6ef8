import type { Graph } from "../../src/runtime/graph/graph.ts";

/** A part of the way through the network. */
export interface PartCost {
  readonly part: string;
  readonly dispatches: number;
  readonly flops: number;
}

/** What each part of a graph costs, in the order of the way through it. */
export function flopsByPart(graph: Graph): PartCost[] {
  const costs = new Map<string, { dispatches: number; flops: number }>();
  for (const { part, kernel } of graph.dispatches) {
    const cost = costs.get(part) ?? { dispatches: 0, flops: 0 };
    cost.dispatches++;
    cost.flops += kernel.flops;
    costs.set(part, cost);
  }
  return [...costs].map(([part, cost]) => ({ part, ...cost }));
}
