import { argMaxResized } from "../kernels/arg-max-resized.ts";
import { type Band, composeBands, type ResizeMode, resizeBand } from "../kernels/bands.ts";
import { resampleMap } from "../kernels/resample-map.ts";
import type { Graph, Tensor } from "../runtime/graph.ts";
import type { Precision } from "../runtime/tensor.ts";
import type { Size } from "./processor.ts";

/**
 * Records the way from logits to a label for each pixel of the picture: the head's bilinear upsampling with aligned
 * corners, then the resizing of post_process_semantic_segmentation, then argmax.
 *
 * Resizing along an axis is a banded matrix, and both resizings along an axis multiply to one such matrix, so that the
 * three steps are one kernel and the logits stay at the size at which the head computed them.
 *
 * @param logits `[1, h, w, labels]`, before the head's last upsampling
 * @param upsampled size to which the head upsamples them; the logits' own where it does not
 * @param mode "bilinear" as transformers has it; the paper's code resized bicubically
 * @returns labels `[picture.height, picture.width]` as `argMaxResized` stores them
 */
export function labelsAtPicture(
  graph: Graph,
  logits: Tensor,
  upsampled: Size,
  picture: Size,
  mode: ResizeMode = "bilinear",
): Tensor {
  const [, h, w, labels] = logits.shape as [number, number, number, number];
  const way = (size: number, middle: number, end: number) =>
    composeBands(
      resizeBand(size, middle, { mode: "bilinear", alignCorners: true }),
      resizeBand(middle, end, { mode, alignCorners: false }),
    );
  const rows = way(h, upsampled.height, picture.height);
  const columns = way(w, upsampled.width, picture.width);
  const kernel = argMaxResized({ labels, rows, columns, precision: logits.dtype as Precision });
  return graph.run(kernel, logits, ...constants(graph, "row", rows), ...constants(graph, "column", columns));
}

/**
 * Records the way from the network's depth to depth at the picture's size: post_process_depth_estimation.
 *
 * @param depth `[1, h, w]`
 * @returns depth `[picture.height, picture.width]` in f32
 */
export function depthAtPicture(graph: Graph, depth: Tensor, picture: Size, mode: ResizeMode = "bicubic"): Tensor {
  const [, h, w] = depth.shape as [number, number, number];
  const rows = resizeBand(h, picture.height, { mode, alignCorners: false });
  const columns = resizeBand(w, picture.width, { mode, alignCorners: false });
  const kernel = resampleMap({ rows, columns, precision: depth.dtype as Precision });
  return graph.run(kernel, depth, ...constants(graph, "row", rows), ...constants(graph, "column", columns));
}

function constants(graph: Graph, axis: "row" | "column", { inSize, outSize, start, weights }: Band): [Tensor, Tensor] {
  const of = `${inSize} → ${outSize}`;
  return [graph.constant(`${axis} start ${of}`, start), graph.constant(`${axis} weights ${of}`, weights)];
}
