import { argMaxResized } from "../kernels/arg-max-resized.ts";
import { composeBands, type ResizeMode, resizeBand } from "../kernels/bands.ts";
import { resampleMap } from "../kernels/resample-map.ts";
import { unitVectors } from "../kernels/unit-vectors.ts";
import type { Graph, Tensor } from "../runtime/graph.ts";
import type { Precision } from "../runtime/tensor.ts";
import { bandConstants } from "./band-constants.ts";
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
  return graph.run(kernel, logits, ...bandConstants(graph, rows, columns));
}

/**
 * Records the way from the network's depth to depth at the picture's size: post_process_depth_estimation.
 *
 * @param depth `[1, h, w, 1]`
 * @param mode "bicubic" as DPTImageProcessor has it; that of TIPSv2 is bilinear
 * @returns depth `[1, picture.height, picture.width, 1]` in f32
 */
export function depthAtPicture(graph: Graph, depth: Tensor, picture: Size, mode: ResizeMode = "bicubic"): Tensor {
  return mapAtPicture(graph, depth, picture, mode);
}

/**
 * Records the way from the network's normals to normals at the picture's size: post_process_normal_estimation, which makes
 * unit vectors first and interpolates then, so that those between pixels of the network are a little shorter than 1.
 *
 * @param normals `[1, h, w, 3]`
 * @returns normals `[1, picture.height, picture.width, 3]` in f32
 */
export function normalsAtPicture(graph: Graph, normals: Tensor, picture: Size, mode: ResizeMode = "bilinear"): Tensor {
  const [batch, height, width, channels] = normals.shape as [number, number, number, number];
  const params = { batch, height, width, channels, precision: normals.dtype as Precision };
  return mapAtPicture(graph, graph.run(unitVectors(params), normals), picture, mode);
}

/** Resizes a map `[1, h, w, C]` → `[1, picture.height, picture.width, C]` in f32. */
function mapAtPicture(graph: Graph, map: Tensor, picture: Size, mode: ResizeMode): Tensor {
  const [, h, w, channels] = map.shape as [number, number, number, number];
  const rows = resizeBand(h, picture.height, { mode, alignCorners: false });
  const columns = resizeBand(w, picture.width, { mode, alignCorners: false });
  const kernel = resampleMap({ rows, columns, channels, precision: map.dtype as Precision });
  return graph.run(kernel, map, ...bandConstants(graph, rows, columns));
}
