import { argMaxResized } from "../kernels/arg-max-resized.ts";
import { type Band, composeBands, type ResizeMode, resizeBand, stackBand } from "../kernels/bands.ts";
import { classScoresResized } from "../kernels/class-scores-resized.ts";
import { resampleMap } from "../kernels/resample-map.ts";
import { ALONE, type BatchPlace } from "../kernels/shared/batch-place.ts";
import type { ResizedLogitsParams } from "../kernels/shared/resized-logits.ts";
import { unitVectors } from "../kernels/unit-vectors.ts";
import type { Graph, Tensor } from "../runtime/graph.ts";
import type { Kernel } from "../runtime/kernel.ts";
import type { Precision } from "../runtime/tensor.ts";
import { bandConstants } from "./band-constants.ts";
import type { Size } from "./processor.ts";

/** Logits of the network and where they go. */
export interface LogitsWay {
  /** Size to which the head upsamples them; the logits' own where it does not. */
  readonly upsampled: Size;
  readonly picture: Size;
  /** "bilinear" as transformers has it; the paper's code resized bicubically. */
  readonly mode?: ResizeMode | undefined;
  /** Pictures of a batch that these are; the only one if left out. */
  readonly place?: BatchPlace | undefined;
}

/**
 * Records the way from logits to a label for each pixel of the picture: the head's bilinear upsampling with aligned
 * corners, then the resizing of post_process_semantic_segmentation, then argmax.
 *
 * @param logits `[N, h, w, labels]`, before the head's last upsampling
 * @returns labels `[count · picture.height, picture.width]` as `argMaxResized` stores them
 */
export function labelsAtPicture(graph: Graph, logits: Tensor, way: LogitsWay): Tensor {
  return resized(graph, logits, way, argMaxResized);
}

/**
 * The same way, to how sure the softmax over the classes is.
 *
 * @returns `[3, count · picture.height, picture.width]` f32 as `classScoresResized` makes them: confidence, margin, entropy
 */
export function scoresAtPicture(graph: Graph, logits: Tensor, way: LogitsWay): Tensor {
  return resized(graph, logits, way, classScoresResized);
}

function resized(
  graph: Graph,
  logits: Tensor,
  { upsampled, picture, mode = "bilinear", place = ALONE }: LogitsWay,
  kernelFor: (params: ResizedLogitsParams) => Kernel,
): Tensor {
  const [batch, h, w, labels] = logits.shape as [number, number, number, number];
  const rows = stackBand(logitsBand(h, upsampled.height, picture.height, mode), place);
  const columns = logitsBand(w, upsampled.width, picture.width, mode);
  const kernel = kernelFor({ labels, rows, columns, precision: logits.dtype as Precision });
  const stacked = graph.reshape(logits, [1, batch * h, w, labels]);
  return graph.run(kernel, stacked, ...bandConstants(graph, rows, columns));
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

/** A map of the network and where it goes. */
export type MapWay = Omit<LogitsWay, "upsampled">;

/**
 * Records the way from the network's depth to depth at the picture's size: post_process_depth_estimation, bicubic unless
 * another mode is asked for; that of TIPSv2 is bilinear.
 *
 * @param depth `[N, h, w, 1]`
 * @returns depth `[1, count · picture.height, picture.width, 1]` in f32
 */
export function depthAtPicture(graph: Graph, depth: Tensor, { mode = "bicubic", ...way }: MapWay): Tensor {
  return mapAtPicture(graph, depth, { ...way, mode });
}

/**
 * Records the way from the network's normals to normals at the picture's size: post_process_normal_estimation, which makes
 * unit vectors first and interpolates then, so that those between pixels of the network are a little shorter than 1.
 *
 * @param normals `[N, h, w, 3]`
 * @returns normals `[1, count · picture.height, picture.width, 3]` in f32
 */
export function normalsAtPicture(graph: Graph, normals: Tensor, { mode = "bilinear", ...way }: MapWay): Tensor {
  const [batch, height, width, channels] = normals.shape as [number, number, number, number];
  const params = { batch, height, width, channels, precision: normals.dtype as Precision };
  return mapAtPicture(graph, graph.run(unitVectors(params), normals), { ...way, mode });
}

/** Resizes maps `[N, h, w, C]` → `[1, count · picture.height, picture.width, C]` in f32, one below the other. */
function mapAtPicture(
  graph: Graph,
  map: Tensor,
  { picture, mode, place = ALONE }: MapWay & { readonly mode: ResizeMode },
): Tensor {
  const [batch, h, w, channels] = map.shape as [number, number, number, number];
  const rows = stackBand(resizeBand(h, picture.height, { mode, alignCorners: false }), place);
  const columns = resizeBand(w, picture.width, { mode, alignCorners: false });
  const kernel = resampleMap({ rows, columns, channels, precision: map.dtype as Precision });
  return graph.run(kernel, graph.reshape(map, [1, batch * h, w, channels]), ...bandConstants(graph, rows, columns));
}
