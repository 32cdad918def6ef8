import type { Convolution } from "../kernels/shared/winograd.ts";
import { InternalError } from "../runtime/errors.ts";
import type { Tensor } from "../runtime/graph.ts";
import type { Precision } from "../runtime/tensor.ts";
import type { Weight } from "../runtime/weight.ts";
import type { Backbone, BackboneOutput } from "./backbones/backbone.ts";
import { beit } from "./backbones/beit.ts";
import { dinov2 } from "./backbones/dinov2.ts";
import { vit } from "./backbones/vit.ts";
import type { ModelConfig } from "./config.ts";
import { type FusionWeights, fusion, fusionWeights } from "./fusion.ts";
import { depthHead, type HeadWeights, headWeights, segmentationHead } from "./heads.ts";
import type { Ops } from "./ops.ts";
import type { Quantization } from "./quantized-weight.ts";
import { reassemble, reassembleWeights, type StageWeights } from "./reassemble.ts";
import { type Conv, WeightScope } from "./weights.ts";

/** The weights of a Dense Prediction Transformer, bound to names, as a tree. */
export interface DptWeights {
  readonly backbone: Backbone;
  readonly reassemble: readonly (StageWeights | undefined)[];
  /** 3×3 convolutions to the F channels of the fusion blocks. */
  readonly convs: readonly Conv[];
  readonly fusion: readonly FusionWeights[];
  readonly head: HeadWeights;
  /** The leaves, in the order of the forward pass. */
  readonly leaves: readonly Weight[];
}

/** Tensors that published checkpoints hold and inference never reads, and why. */
export const IGNORED_TENSORS: readonly RegExp[] = [
  // A second head that only helps training.
  /^auxiliary_head\./,
  // The norm and the pooler after the last block: the neck takes the tokens before them.
  /^dpt\.layernorm\./,
  /^dpt\.pooler\./,
  // The coarsest fusion block has nothing to merge in.
  /^neck\.fusion_stage\.layers\.0\.residual_layer1\./,
  // Counts training steps.
  /\.num_batches_tracked$/,
  // Stands for hidden patches in training.
  /^backbone\.embeddings\.mask_token$/,
  // DINOv2's last norm where apply_layernorm is false.
  /^backbone\.layernorm\./,
  // What BEiT classifies by.
  /^backbone\.pooler\./,
  // Older files hold which entry of BEiT's table each pair of tokens takes; that follows from the size.
  /\.relative_position_index$/,
];

/** Names every weight of a model, with the shape it must have in the checkpoint. */
export function dptWeights(
  config: ModelConfig,
  precision: Precision,
  convolution?: Convolution,
  quantization?: Quantization,
): DptWeights {
  const scope = new WeightScope(precision, convolution, quantization);
  const { channels } = config.fusion;
  const backbone = bindBackbone(scope, config);
  const neck = scope.at("neck");
  return {
    backbone,
    reassemble: reassembleWeights(neck.at("reassemble_stage"), config.reassemble, config.backbone.hiddenSize),
    convs: config.reassemble.channels.map((c, i) => neck.conv2d(`convs.${i}`, c, channels, 3, { bias: false })),
    fusion: fusionWeights(neck.at("fusion_stage"), config.fusion, config.reassemble.channels.length),
    head: headWeights(scope.at("head"), config.head, channels),
    leaves: scope.collected,
  };
}

function bindBackbone(scope: WeightScope, { backbone: config }: ModelConfig): Backbone {
  switch (config.kind) {
    case "vit":
      return vit(scope.at("dpt"), config);
    case "dinov2":
      return dinov2(scope.at("backbone"), config);
    case "beit":
      return beit(scope.at("backbone"), config);
  }
}

/** The stages of one forward pass, as tensors of its graph. */
export interface DptStages {
  /** What the neck receives: tokens `[N, 1 + h·w, D]`, or maps `[N, H, W, C]`. */
  readonly backbone: readonly Tensor[];
  /** The fused maps, `[N, H, W, F]`, coarse to fine. */
  readonly neck: readonly Tensor[];
  /** Logits `[N, h, w, labels]` before their last upsampling, or depth `[N, H, W, 1]`. */
  readonly output: Tensor;
}

/**
 * Dense Prediction Transformer (Ranftl et al., arXiv:2103.13413, figure 1): pixels `[N, 3, H, W]` to logits or depth.
 * @param all whether the fused maps that the head does not need are computed too
 */
export function dpt(
  ops: Ops,
  pixels: Tensor,
  weights: DptWeights,
  config: ModelConfig,
  { all = false } = {},
): DptStages {
  const { graph } = ops;
  const backbone = graph.part("backbone", () => weights.backbone(ops, pixels));
  const maps = graph.part("reassemble", () => {
    const reassembled = reassemble(ops, backbone, weights.reassemble, config.reassemble);
    return reassembled.map((map, i) => ops.conv2d(map, weights.convs[i]!));
  });
  const lastBlock = all ? weights.fusion.length - 1 : config.headInput;
  const neck = graph.part("fusion", () => fusion(ops, maps, weights.fusion, config.fusion, lastBlock));
  const input = neck[config.headInput]!;
  const output = graph.part("head", () => head(ops, input, weights.head, config, backbone));
  return { backbone: backbone.taps, neck, output };
}

function head(ops: Ops, x: Tensor, weights: HeadWeights, config: ModelConfig, { grid }: BackboneOutput): Tensor {
  if (weights.kind === "segmentation") return segmentationHead(ops, x, weights);
  if (config.head.kind === "segmentation")
    throw new InternalError("head: want a depth config, got one for labels. Report this.");
  const { patch } = config.backbone;
  return depthHead(ops, x, weights, config.head, { height: grid.height * patch, width: grid.width * patch });
}
