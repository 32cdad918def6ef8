import { type AlignRowsParams, alignRows } from "../../kernels/align-rows.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { Size } from "./processor.ts";

/** Records a map at a picture's size with rows that begin at multiples of 256 bytes, as a texture wants them. */
export function alignedRows(graph: Graph, map: Tensor, { width, height }: Size): Tensor {
  const kernel = alignRows({ height, width, dtype: map.dtype as AlignRowsParams["dtype"] });
  return graph.run(kernel, graph.reshape(map, [height, width]));
}
