import { classScoresResized } from "../../kernels/class-scores-resized.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import { type LogitsWay, resizedLogits } from "../pictures/postprocess.ts";

/**
 * Records the way of {@link labelsAtPicture}, to how sure the softmax over the classes is.
 *
 * @returns `[3, count · picture.height, picture.width]` f32 as `classScoresResized` makes them: confidence, margin, entropy
 */
export function scoresAtPicture(graph: Graph, logits: Tensor, way: LogitsWay): Tensor {
  return resizedLogits(graph, logits, way, classScoresResized);
}
