import { InternalError } from "../runtime/errors.ts";
import type { Tensor } from "../runtime/graph.ts";
import type {
  DepthAnythingHeadConfig,
  DepthHeadConfig,
  HeadConfig,
  SegmentationHeadConfig,
  TipsDepthHeadConfig,
} from "./config.ts";
import type { Extent, Ops } from "./ops.ts";
import type { Conv, Linear, WeightScope } from "./weights.ts";

/** DPTSemanticSegmentationHead up to its last upsampling; dropout does nothing in inference. */
export interface SegmentationHeadWeights {
  readonly kind: "segmentation";
  readonly convolution: Conv;
  readonly classifier: Linear;
}

/** DPTDepthEstimationHead and DepthAnythingDepthEstimationHead: they differ in size and in what comes last. */
export interface DepthHeadWeights {
  readonly kind: "depth";
  readonly projection: Conv | undefined;
  readonly convolution1: Conv;
  readonly convolution2: Conv;
  readonly last: Linear;
}

/** Tipsv2DptDecoder of segmentation and normals: its two layers have nothing between, and are one. */
export interface TipsHeadWeights {
  readonly kind: "tips";
  readonly convolution: Conv;
}

/** Tipsv2DptDecoder of depth. */
export interface TipsDepthHeadWeights {
  readonly kind: "tips-depth";
  readonly convolution: Conv;
  /** To a number for each bin. */
  readonly bins: Linear;
}

export type HeadWeights = SegmentationHeadWeights | DepthHeadWeights | TipsHeadWeights | TipsDepthHeadWeights;

/** Binds the names of the head, under `head`, or under the decoder's own path in TIPSv2. */
export function headWeights(scope: WeightScope, config: HeadConfig, channels: number): HeadWeights {
  switch (config.kind) {
    case "segmentation":
      return segmentationHeadWeights(scope, config, channels);
    case "depth":
      return depthHeadWeights(scope, config, channels);
    case "depth-anything":
      return depthAnythingHeadWeights(scope, config, channels);
    case "tips-segmentation":
      return tipsHeadWeights(scope, "segmentation_head", config.labels.length, channels);
    case "tips-normals":
      return tipsHeadWeights(scope, "normals_head", 3, channels);
    case "tips-depth":
      return tipsDepthHeadWeights(scope, config, channels);
  }
}

function segmentationHeadWeights(scope: WeightScope, { labels }: SegmentationHeadConfig, f: number): HeadWeights {
  return {
    kind: "segmentation",
    convolution: scope.conv2d("head.0", f, f, 3, { bias: false, batchNorm: "head.1" }),
    classifier: scope.linear("head.4", f, labels.length, { stored: [labels.length, f, 1, 1], coarsest: "none" }),
  };
}

/** Channels before the last 1×1 convolution of DPTDepthEstimationHead. */
const DEPTH_CHANNELS = 32;

function depthHeadWeights(scope: WeightScope, { addProjection }: DepthHeadConfig, f: number): HeadWeights {
  const half = Math.floor(f / 2);
  return {
    kind: "depth",
    projection: addProjection ? scope.conv2d("projection", f, f, 3) : undefined,
    convolution1: scope.conv2d("head.0", f, half, 3),
    convolution2: scope.conv2d("head.2", half, DEPTH_CHANNELS, 3),
    last: scope.linear("head.4", DEPTH_CHANNELS, 1, { stored: [1, DEPTH_CHANNELS, 1, 1], coarsest: "none" }),
  };
}

function depthAnythingHeadWeights(scope: WeightScope, { channels }: DepthAnythingHeadConfig, f: number): HeadWeights {
  const half = Math.floor(f / 2);
  return {
    kind: "depth",
    projection: undefined,
    convolution1: scope.conv2d("conv1", f, half, 3),
    convolution2: scope.conv2d("conv2", half, channels, 3),
    last: scope.linear("conv3", channels, 1, { stored: [1, channels, 1, 1], coarsest: "none" }),
  };
}

function tipsHeadWeights(scope: WeightScope, linear: string, channelsOut: number, f: number): TipsHeadWeights {
  return { kind: "tips", convolution: scope.mergedConv2d("project", f, f, { name: linear, channelsOut }) };
}

function tipsDepthHeadWeights(scope: WeightScope, { bins }: TipsDepthHeadConfig, f: number): TipsDepthHeadWeights {
  return {
    kind: "tips-depth",
    convolution: scope.conv2d("project", f, f, 3),
    bins: scope.linear("depth_head", f, bins, { coarsest: "none" }),
  };
}

/**
 * What a head makes of a fused map, by the task: logits `[N, h, w, labels]`, depth `[N, H, W, 1]`, normals `[N, h, w, 3]` of
 * any length.
 * @param whole size of the picture in whole patches
 */
export function applyHead(ops: Ops, x: Tensor, weights: HeadWeights, config: HeadConfig, whole: Extent): Tensor {
  if (weights.kind === "segmentation") return segmentationHead(ops, x, weights);
  if (weights.kind === "tips") return ops.conv2d(x, weights.convolution);
  if (weights.kind === "tips-depth" && config.kind === "tips-depth") return tipsDepthHead(ops, x, weights, config);
  if (weights.kind === "depth" && (config.kind === "depth" || config.kind === "depth-anything"))
    return depthHead(ops, x, weights, config, whole);
  throw new InternalError(`head: want weights of ${config.kind}, got those of ${weights.kind}. Report this.`);
}

/** Metres `[N, h, w, 1]` at the size of the fused map. */
function tipsDepthHead(
  ops: Ops,
  x: Tensor,
  { convolution, bins }: TipsDepthHeadWeights,
  { activation, minDepth, maxDepth }: TipsDepthHeadConfig,
): Tensor {
  const scores = ops.pointwise(ops.conv2d(x, convolution, { activation }), bins);
  return ops.depthFromBins(scores, minDepth, maxDepth);
}

/**
 * Logits `[N, h, w, labels]` at the size of the fused map, half that of PyTorch's: the upsampling that is left
 * ({@link upsampledLogits}) merges with whatever resizing comes next.
 */
function segmentationHead(ops: Ops, x: Tensor, { convolution, classifier }: SegmentationHeadWeights): Tensor {
  return ops.pointwise(ops.conv2d(x, convolution, { activation: "relu" }), classifier);
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

/** Depth `[N, H, W, 1]`: inverse and relative, or in metres. */
function depthHead(
  ops: Ops,
  x: Tensor,
  { projection, convolution1, convolution2, last }: DepthHeadWeights,
  config: DepthHeadConfig | DepthAnythingHeadConfig,
  whole: Extent,
): Tensor {
  const projected = projection ? ops.conv2d(x, projection, { activation: "relu" }) : x;
  const narrow = ops.conv2d(projected, convolution1);
  const [, height, width] = narrow.shape as [number, number, number];
  const to = config.kind === "depth" ? { height: 2 * height, width: 2 * width } : whole;
  const large = ops.resize(narrow, to, "bilinear", { alignCorners: true });
  const hidden = ops.conv2d(large, convolution2, { activation: "relu" });
  if (config.kind === "depth") return ops.pointwise(hidden, last, { activation: "relu" });
  return ops.pointwise(hidden, last, { activation: config.metric ? "sigmoid" : "relu", scale: config.maxDepth });
}
