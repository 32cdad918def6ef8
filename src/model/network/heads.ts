import { InternalError } from "../../runtime/errors.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { DepthAnythingHeadConfig, DepthHeadConfig, HeadConfig } from "../config/config.ts";
import type { PictureWay } from "../pictures/postprocess.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Extent, Ops } from "./ops.ts";

/** A head whose weights are bound. */
export interface Head {
  /**
   * What it makes of a fused map, by the task: logits `[N, h, w, labels]`, depth `[N, H, W, 1]`, normals `[N, h, w, 3]` of any
   * length.
   * @param whole size of the picture in whole patches
   */
  readonly apply: (ops: Ops, x: Tensor, whole: Extent) => Tensor;
  /** Records the way of that to the picture's size, where it is not the usual one of the task. */
  readonly atPicture?: (graph: Graph, output: Tensor, way: PictureWay) => Tensor;
}

/** Binds the names of a head of the DPT and Depth Anything classes, under `head`. */
export function bindHead(scope: WeightScope, config: HeadConfig, channels: number): Head {
  switch (config.kind) {
    case "segmentation":
      return segmentationHead(scope, config.labels.length, channels);
    case "depth":
      return dptDepthHead(scope, config, channels);
    case "depth-anything":
      return depthAnythingHead(scope, config, channels);
    default:
      throw new InternalError(`head: want one of DPT or Depth Anything, got ${config.kind}. Report this.`);
  }
}

/**
 * DPTSemanticSegmentationHead up to its last upsampling; dropout does nothing in inference. Logits have the size of the fused
 * map, half that of PyTorch's: the upsampling that is left ({@link upsampledLogits}) merges with whatever resizing comes next.
 */
function segmentationHead(scope: WeightScope, labels: number, f: number): Head {
  const convolution = scope.conv2d("head.0", f, f, 3, { bias: false, batchNorm: "head.1" });
  const classifier = scope.linear("head.4", f, labels, { stored: [labels, f, 1, 1], coarsest: "none" });
  return { apply: (ops, x) => ops.pointwise(ops.conv2d(x, convolution, { activation: "relu" }), classifier) };
}

/** Channels before the last 1×1 convolution of DPTDepthEstimationHead. */
const DEPTH_CHANNELS = 32;

function dptDepthHead(scope: WeightScope, config: DepthHeadConfig, f: number): Head {
  const projection = config.addProjection ? scope.conv2d("projection", f, f, 3) : undefined;
  const layers = depthLayers(scope, ["head.0", "head.2", "head.4"], f, DEPTH_CHANNELS);
  return {
    apply: (ops, x) => {
      const projected = projection ? ops.conv2d(x, projection, { activation: "relu" }) : x;
      const double = ([, height, width]: readonly number[]) => ({ height: 2 * height!, width: 2 * width! });
      return depthOf(ops, projected, layers, double, { activation: "relu" });
    },
  };
}

function depthAnythingHead(
  scope: WeightScope,
  { channels, metric, maxDepth }: DepthAnythingHeadConfig,
  f: number,
): Head {
  const layers = depthLayers(scope, ["conv1", "conv2", "conv3"], f, channels);
  const last = { activation: metric ? "sigmoid" : "relu", scale: maxDepth } as const;
  return { apply: (ops, x, whole) => depthOf(ops, x, layers, () => whole, last) };
}

/** The three layers that both have, by name: to half of the channels, to a few, to one. */
function depthLayers(
  scope: WeightScope,
  [first, second, last]: readonly [string, string, string],
  f: number,
  few: number,
) {
  const half = Math.floor(f / 2);
  return {
    convolution1: scope.conv2d(first, f, half, 3),
    convolution2: scope.conv2d(second, half, few, 3),
    last: scope.linear(last, few, 1, { stored: [1, few, 1, 1], coarsest: "none" }),
  };
}

/** Depth `[N, H, W, 1]`: inverse and relative, or in metres. They differ in size and in what comes last. */
function depthOf(
  ops: Ops,
  x: Tensor,
  { convolution1, convolution2, last }: ReturnType<typeof depthLayers>,
  sizeOf: (narrow: Tensor["shape"]) => Extent,
  epilogue: Parameters<Ops["pointwise"]>[2],
): Tensor {
  const narrow = ops.conv2d(x, convolution1);
  const large = ops.resize(narrow, sizeOf(narrow.shape), "bilinear", { alignCorners: true });
  return ops.pointwise(ops.conv2d(large, convolution2, { activation: "relu" }), last, epilogue);
}

/** The size of PyTorch's logits: twice that of the head's, but for TIPSv2. */
export function logitsSize({ shape }: Tensor, { kind }: HeadConfig): Extent {
  const [, height, width] = shape as [number, number, number];
  return kind === "segmentation" ? { height: 2 * height, width: 2 * width } : { height, width };
}

/** The head's last step as PyTorch has it: logits `[N, 2·h, 2·w, labels]`, or as they are. */
export function upsampledLogits(ops: Ops, logits: Tensor, config: HeadConfig): Tensor {
  return ops.resize(logits, logitsSize(logits, config), "bilinear", { alignCorners: true });
}
