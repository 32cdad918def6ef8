import { argMaxResized } from "../../kernels/arg-max-resized.ts";
import { type Band, resizeBand } from "../../kernels/bands.ts";
import { classScoresResized } from "../../kernels/class-scores-resized.ts";
import { logAddSoftmax } from "../../kernels/log-add-softmax.ts";
import { resampleMap } from "../../kernels/resample-map.ts";
import type { BandShape } from "../../kernels/shared/band-inputs.ts";
import { Graph, type Tensor } from "../../runtime/graph/graph.ts";
import { bandConstants } from "../pictures/band-constants.ts";
import type { Size } from "../pictures/processor.ts";

/** The windows of a view that hold pixels of a cell: all their logits are cut out at the same size. */
export interface BlendView {
  readonly rows: BandShape;
  readonly columns: BandShape;
  /** How many windows. */
  readonly windows: number;
}

export interface BlendShape {
  readonly cell: Size;
  readonly labels: number;
  readonly views: readonly BlendView[];
  readonly scores: boolean;
}

/** Names of the inputs for one window of a view, in the order of `resampleMap`: logits and two bands. */
export function blendInputs(view: number, window: number): readonly string[] {
  return ["logits", "row starts", "row weights", "column starts", "column weights"].map(
    (name) => `${name} ${view}.${window}`,
  );
}

/**
 * Labels of one cell of a picture from the logits of all windows that hold pixels of it. Logits of a view's windows sum up,
 * each resized by bands that hold its weights; of several views the mean of the probabilities counts, as in mmsegmentation.
 * Sizes are those of the cell, however large the picture.
 */
export function blendGraph({ cell, labels, views, scores }: BlendShape): Graph {
  const graph = new Graph();
  const shape = [1, cell.height, cell.width, labels];
  const flat = [cell.height * cell.width, labels];
  let answer: Tensor | undefined;
  for (const [v, { rows, columns, windows }] of views.entries()) {
    let sum: Tensor | undefined;
    for (let w = 0; w < windows; w++) {
      const kernel = resampleMap({ channels: labels, rows, columns, precision: "f32", adds: sum !== undefined });
      const inputs = kernel.inputs.slice(0, 5).map((spec, i) => graph.input(blendInputs(v, w)[i]!, spec));
      sum = graph.run(kernel, ...inputs, ...(sum ? [sum] : []));
    }
    if (views.length === 1) {
      answer = sum;
      continue;
    }
    const added = answer ? [graph.reshape(answer, flat)] : [];
    const kernel = logAddSoftmax({ rows: flat[0]!, channels: labels, adds: answer !== undefined });
    answer = graph.reshape(graph.run(kernel, graph.reshape(sum!, flat), ...added), shape);
  }
  const [rows, columns] = [same(cell.height), same(cell.width)];
  const bands = bandConstants(graph, rows, columns);
  const params = { labels, rows, columns, precision: "f32" } as const;
  graph.output("labels", graph.run(argMaxResized(params), answer!, ...bands));
  if (scores) graph.output("scores", graph.run(classScoresResized(params), answer!, ...bands));
  return graph;
}

function same(size: number): Band {
  return resizeBand(size, size, { mode: "bilinear", alignCorners: false });
}
