import { type Convolution, leastPixels } from "../../kernels/shared/choose-convolution.ts";
import type { Tensor } from "../../runtime/graph/graph.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Weight } from "../../runtime/graph/weight.ts";
import { loadPart } from "../../runtime/load-part.ts";
import type { Backbone, BackboneOutput } from "../backbones/backbone.ts";
import { dinov2 } from "../backbones/dinov2.ts";
import { vit } from "../backbones/vit.ts";
import type { BackboneConfig, DecoderConfig, ModelConfig, Task } from "../config/config.ts";
import type { Quantization } from "../weights/quantized-weight.ts";
import { quantizing } from "../weights/quantizing.ts";
import { WeightScope } from "../weights/weights.ts";
import { type FusionWeights, fusion, fusionWeights } from "./fusion.ts";
import { bindHead, type Head } from "./heads.ts";
import type { Conv } from "./layers.ts";
import { DPT_NECK } from "./neck-names.ts";
import type { Ops } from "./ops.ts";
import { reassemble, reassembleWeights, type StageWeights } from "./reassemble.ts";

/** The weights of a Dense Prediction Transformer, bound to names, as a tree. */
export interface DptWeights {
  readonly backbone: Backbone;
  /** In the order of {@link ModelConfig.decoders}. */
  readonly decoders: readonly DecoderWeights[];
  /** The leaves, in the order of the forward pass. */
  readonly leaves: readonly Weight[];
}

export interface DecoderWeights {
  readonly reassemble: readonly (StageWeights | undefined)[];
  /** 3×3 convolutions to the F channels of the fusion blocks. */
  readonly convs: readonly Conv[];
  readonly fusion: readonly FusionWeights[];
  readonly head: Head;
}

/** Tensors that published checkpoints hold and inference never reads, and why. */
export const IGNORED_TENSORS: readonly RegExp[] = [
  // A second head that only helps training.
  /^auxiliary_head\./,
  // The ImageNet classifier that the backbone was trained with, in the paper's own files.
  /^pretrained\.model\.head\./,
  // The norm and the pooler after the last block: the neck takes the tokens before them.
  /^dpt\.layernorm\./,
  /^dpt\.pooler\./,
  // The coarsest fusion block has nothing to merge in.
  /^neck\.fusion_stage\.layers\.0\.residual_layer1\./,
  // Counts training steps.
  /\.num_batches_tracked$/,
  // BiT's fourth stage, and the norm after it: the tokens come from the third.
  /^dpt\.embeddings\.backbone\.bit\.encoder\.stages\.3\./,
  /^dpt\.embeddings\.backbone\.bit\.norm\./,
  // Stands for hidden patches in training.
  /^backbone\.embeddings\.mask_token$/,
  /^vision_encoder\.mask_token$/,
  // The decoders of other tasks, where the config names TIPSv2's class of one task and the checkpoint has all.
  /^(?:segmentation|depth|normals)_head\./,
  // The last norm of DINOv2 and TIPSv2 where apply_layernorm is false, and of BEiT without use_mean_pooling.
  /^backbone\.layernorm\./,
  /^vision_encoder\.norm\./,
  // What BEiT classifies by.
  /^backbone\.pooler\./,
  // Older files hold which entry of BEiT's table each pair of tokens takes; that follows from the size.
  /\.relative_position_index$/,
];

/**
 * Names every weight of a model, with the shape it must have in the checkpoint. Backbones that few models have are loaded
 * when a model has them.
 */
export async function dptWeights(
  config: ModelConfig,
  precision: Precision,
  convolution?: Convolution,
  quantization?: Quantization,
): Promise<DptWeights> {
  const quantize = quantization && { ...quantization, ...(await quantizing()), leastPixels: leastPixels(convolution) };
  const scope = new WeightScope(precision, convolution, quantize);
  const backbone = await bindBackbone(scope, config);
  const decoders: DecoderWeights[] = [];
  for (const decoder of config.decoders) decoders.push(await bindDecoder(scope, decoder, config.backbone));
  return { backbone, decoders, leaves: scope.collected };
}

async function bindBackbone(scope: WeightScope, { backbone: config }: ModelConfig): Promise<Backbone> {
  switch (config.kind) {
    case "vit":
      return vit(scope.at("dpt"), config);
    case "dinov2": {
      const gate = config.swiglu ? (await loadPart(import("../backbones/operators/swiglu.ts"))).swiglu : undefined;
      return dinov2(scope.at("backbone"), config, gate);
    }
    case "hybrid":
      return (await loadPart(import("../backbones/hybrid.ts"))).hybrid(scope.at("dpt"), config);
    case "swinv2":
      return (await loadPart(import("../backbones/swinv2.ts"))).swinv2(scope.at("backbone"), config);
    case "beit":
      return (await loadPart(import("../backbones/beit.ts"))).beit(scope.at("backbone"), config);
    case "tipsv2":
      return (await loadPart(import("./tipsv2.ts"))).tipsv2(scope.at("vision_encoder"), config);
  }
}

async function bindDecoder(
  scope: WeightScope,
  config: DecoderConfig,
  { kind, hiddenSize }: BackboneConfig,
): Promise<DecoderWeights> {
  const tips = kind === "tipsv2" ? await loadPart(import("./tipsv2.ts")) : undefined;
  const names = tips?.TIPSV2_NECK ?? DPT_NECK;
  const neck = scope.at(tips ? `${config.task}_head` : "neck");
  const { channels } = config.fusion;
  return {
    reassemble: reassembleWeights(neck, names, config.reassemble, hiddenSize),
    convs: config.reassemble.channels.map((c, i) => neck.conv2d(names.conv(i), c, channels, 3, { bias: false })),
    fusion: fusionWeights(neck, names, config.fusion, config.reassemble.channels.length),
    head: tips ? tips.bindTipsHead(neck, config.head, channels) : bindHead(scope.at("head"), config.head, channels),
  };
}

/** The stages of one forward pass, as tensors of its graph. */
export interface DptStages {
  /** What the necks receive: tokens `[N, 1 + h·w, D]`, or maps `[N, H, W, C]`. */
  readonly backbone: readonly Tensor[];
  /** Of each task that was asked for. */
  readonly decoders: readonly DecoderStages[];
}

export interface DecoderStages {
  readonly config: DecoderConfig;
  /** The fused maps, `[N, H, W, F]`, coarse to fine. */
  readonly neck: readonly Tensor[];
  /** Logits `[N, h, w, labels]` before their last upsampling, depth `[N, H, W, 1]`, or normals `[N, h, w, 3]`. */
  readonly output: Tensor;
  readonly head: Head;
}

export interface DptOptions {
  /** Tasks whose decoders run; all of the model if left out. */
  readonly tasks?: readonly Task[] | undefined;
  /** Whether the fused maps that the heads do not need are computed too. */
  readonly all?: boolean;
}

/**
 * Dense Prediction Transformer (Ranftl et al., arXiv:2103.13413, figure 1): pixels `[N, 3, H, W]` to logits, depth or normals.
 * The backbone runs once, and a decoder for each task on what it gives.
 */
export function dpt(
  ops: Ops,
  pixels: Tensor,
  weights: DptWeights,
  { backbone: { patch }, decoders }: ModelConfig,
  { tasks = decoders.map(({ task }) => task), all = false }: DptOptions = {},
): DptStages {
  const backbone = ops.graph.part("backbone", () => weights.backbone(ops, pixels));
  const bound = decoders.map((config, i) => [config, weights.decoders[i]!] as const);
  const wanted = bound.filter(([{ task }]) => tasks.includes(task));
  return {
    backbone: backbone.taps,
    decoders: wanted.map(([config, decoder]) => decode(ops, backbone, patch, decoder, config, all)),
  };
}

/** What the backbone gives, reassembled to maps, fused coarse to fine, and read by the head. */
function decode(
  ops: Ops,
  backbone: BackboneOutput,
  patch: number,
  weights: DecoderWeights,
  config: DecoderConfig,
  all: boolean,
): DecoderStages {
  const { graph } = ops;
  const maps = graph.part("reassemble", () => {
    const reassembled = reassemble(ops, backbone, weights.reassemble, config.reassemble);
    return reassembled.map((map, i) => ops.conv2d(map, weights.convs[i]!));
  });
  const lastBlock = all ? weights.fusion.length - 1 : config.headInput;
  const neck = graph.part("fusion", () => fusion(ops, maps, weights.fusion, config.fusion, lastBlock));
  const { height, width } = backbone.grid;
  const whole = { height: height * patch, width: width * patch };
  const output = graph.part("head", () => weights.head.apply(ops, neck[config.headInput]!, whole));
  return { config, neck, output, head: weights.head };
}
