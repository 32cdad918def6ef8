import type { Band } from "../../kernels/bands.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";

/** The four arrays of two bands, in the order in which kernels take them. */
export function bandConstants(graph: Graph, rows: Band, columns: Band): Tensor[] {
  return [...constants(graph, "row", rows), ...constants(graph, "column", columns)];
}

function constants(graph: Graph, axis: "row" | "column", { inSize, outSize, start, weights }: Band): Tensor[] {
  const of = `${inSize} → ${outSize}`;
  return [graph.constant(`${axis} start ${of}`, start), graph.constant(`${axis} weights ${of}`, weights)];
}
