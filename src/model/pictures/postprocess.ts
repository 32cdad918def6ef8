import { argMaxResized } from "../../kernels/arg-max-resized.ts";
import { type Band, composeBands, type ResizeMode, resizeBand, stackBand } from "../../kernels/bands.ts";
import { resampleMap } from "../../kernels/resample-map.ts";
import { ALONE, type BatchPlace } from "../../kernels/shared/batch-place.ts";
import type { ResizedLogitsParams } from "../../kernels/shared/resized-logits.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { Kernel } from "../../runtime/graph/kernel.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import { bandConstants } from "./band-constants.ts";
import type { Size } from "./processor.ts";

/** Where a map of the network goes. */
export interface PictureWay {
  /** Size of each picture. */
  readonly picture: Size;
  /** As transformers has it if left out; the paper's code resized logits bicubically. */
  readonly mode?: ResizeMode | undefined;
  /** Pictures of a batch that these are; the only one if left out. */
  readonly place?: BatchPlace | undefined;
}

export interface LogitsWay extends PictureWay {
  /** Size to which the head upsamples logits; their own where it does not. */
  readonly upsampled: Size;
}

/**
 * Records the way from logits to a label for each pixel of the picture: the head's bilinear upsampling with aligned
 * corners, then the resizing of post_process_semantic_segmentation (bilinear), then argmax.
 *
 * @param logits `[N, h, w, labels]`, before the head's last upsampling
 * @returns labels `[count · picture.height, picture.width]` as `argMaxResized` stores them
 */
export function labelsAtPicture(graph: Graph, logits: Tensor, way: LogitsWay): Tensor {
  return resizedLogits(graph, logits, way, argMaxResized);
}

/** Records the same way by a kernel that takes logits. */
export function resizedLogits(
  graph: Graph,
  logits: Tensor,
  { upsampled, picture, mode = "bilinear", place = ALONE }: LogitsWay,
  kernelFor: (params: ResizedLogitsParams) => Kernel,
): Tensor {
  const [, h, w, labels] = logits.shape as [number, number, number, number];
  const rows = stackBand(logitsBand(h, upsampled.height, picture.height, mode), place);
  const columns = logitsBand(w, upsampled.width, picture.width, mode);
  const kernel = kernelFor({ labels, rows, columns, precision: logits.dtype as Precision });
  return graph.run(kernel, stacked(graph, logits), ...bandConstants(graph, rows, columns));
}

/**
 * An axis of logits to the picture's. Resizing along an axis is a banded matrix, and both resizings along an axis
 * multiply to one such matrix, so that logits stay at the size at which the head computed them.
 */
export function logitsBand(size: number, upsampled: number, picture: number, mode: ResizeMode): Band {
  return composeBands(
    resizeBand(size, upsampled, { mode: "bilinear", alignCorners: true }),
    resizeBand(upsampled, picture, { mode, alignCorners: false }),
  );
}

/**
 * Records the way from the network's depth to depth at the picture's size: post_process_depth_estimation, bicubic as
 * DPTImageProcessor has it.
 *
 * @param depth `[N, h, w, 1]`
 * @returns depth `[1, count · picture.height, picture.width, 1]` in f32
 */
export function depthAtPicture(graph: Graph, depth: Tensor, way: PictureWay): Tensor {
  return mapAtPicture(graph, depth, { ...way, mode: way.mode ?? "bicubic" });
}

/** Records how a map is resized, `[N, h, w, C]` → `[1, count · picture.height, picture.width, C]` in f32. */
export function mapAtPicture(
  graph: Graph,
  map: Tensor,
  { picture, mode, place = ALONE }: PictureWay & { readonly mode: ResizeMode },
): Tensor {
  const [, h, w, channels] = map.shape as [number, number, number, number];
  const rows = stackBand(resizeBand(h, picture.height, { mode, alignCorners: false }), place);
  const columns = resizeBand(w, picture.width, { mode, alignCorners: false });
  const kernel = resampleMap({ rows, columns, channels, precision: map.dtype as Precision });
  return graph.run(kernel, stacked(graph, map), ...bandConstants(graph, rows, columns));
}

/** A batch of maps as one, each below the other: `[1, N · h, w, C]`. */
function stacked(graph: Graph, maps: Tensor): Tensor {
  const [batch, h, w, channels] = maps.shape as [number, number, number, number];
  return graph.reshape(maps, [1, batch * h, w, channels]);
}
