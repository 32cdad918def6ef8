import type { Activation } from "../../kernels/shared/activation.ts";
import { parseActivation } from "../config/activations.ts";
import type { Fields } from "../config/fields.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Backbone } from "./backbone.ts";
import { type EmbeddingConfig, embed, embeddingWeights } from "./embeddings.ts";
import type { swiglu } from "./operators/swiglu.ts";
import { parseStages } from "./taps.ts";
import { type BlockWeights, encoderTaps, type Mlp, type SwigluMlp } from "./transformer.ts";

/** What DINOv2 and the ViTs that follow it have in common. */
export interface Dinov2Fields extends EmbeddingConfig {
  readonly heads: number;
  readonly mlpRatio: number;
  /** Whether the MLP is a SwiGLU, as in the giant. */
  readonly swiglu: boolean;
  readonly activation: Activation;
  readonly epsilon: number;
  readonly qkvBias: boolean;
  readonly layers: number;
  /** Blocks whose tokens go to the neck, ascending. */
  readonly taps: readonly number[];
  /** Whether the last norm is applied to what the neck gets. */
  readonly normTaps: boolean;
}

/** DINOv2 (Oquab et al., arXiv:2304.07193; transformers' Dinov2Backbone): a ViT with layer scale. */
export interface Dinov2Config extends Dinov2Fields {
  readonly kind: "dinov2";
}

/** The fields of a `backbone_config`, of which a neck takes the tokens after as many blocks as it has stages. */
export function parseDinov2(json: Fields, stages: number): Dinov2Config {
  json.word("model_type", ["dinov2"], "dinov2");
  return { kind: "dinov2", ...parseDinov2Fields(json, stages, { imageSize: 224, interpolation: "bicubic" }) };
}

/**
 * @param stages of the neck
 * @param own what differs between the classes: the default of `image_size`, and how positions are interpolated
 */
export function parseDinov2Fields(
  json: Fields,
  stages: number,
  own: { readonly imageSize: number } & Pick<EmbeddingConfig, "interpolation">,
): Dinov2Fields {
  const layers = json.parts("num_hidden_layers", 12);
  const hiddenSize = json.whole("hidden_size", 768);
  const heads = json.whole("num_attention_heads", 12);
  if (hiddenSize % heads !== 0) throw json.wrong("num_attention_heads", `a divisor of ${hiddenSize}`, heads);
  const patch = json.side("patch_size", 14);
  return {
    channelsIn: json.whole("num_channels", 3),
    patch,
    grid: Math.floor(json.side("image_size", own.imageSize, patch) / patch),
    hiddenSize,
    interpolation: own.interpolation,
    heads,
    mlpRatio: json.positive("mlp_ratio", 4),
    swiglu: json.boolean("use_swiglu_ffn", false),
    activation: parseActivation(json, "hidden_act"),
    epsilon: json.positive("layer_norm_eps", 1e-6),
    qkvBias: json.boolean("qkv_bias", true),
    layers,
    taps: parseStages(json, layers, stages),
    normTaps: json.boolean("apply_layernorm", true),
  };
}

/**
 * Binds the names of Dinov2Backbone, under `backbone`: tokens after four blocks, normalised where the config says so.
 * @param gate the operator of a SwiGLU, if the config says that there are some
 */
export function dinov2(scope: WeightScope, config: Dinov2Config, gate?: typeof swiglu): Backbone {
  const { hiddenSize: d, epsilon, qkvBias } = config;
  const block = (layer: WeightScope): BlockWeights => ({
    norm1: layer.norm("norm1", d, epsilon),
    qkv: layer.at("attention.attention").merged(["query", "key", "value"], d, d, { bias: qkvBias }),
    attentionOutput: layer.linear("attention.output.dense", d, d, { scale: "layer_scale1.lambda1", coarsest: "q8" }),
    norm2: layer.norm("norm2", d, epsilon),
    mlp: mlpWeights(layer, config, gate),
  });
  const embeddings = embeddingWeights(scope.at("embeddings"), config);
  const blocks = Array.from({ length: config.layers }, (_, i) => block(scope.at(`encoder.layer.${i}`)));
  const norm = config.normTaps ? scope.norm("layernorm", d, epsilon) : undefined;
  return (ops, pixels) => {
    const { tokens, grid } = embed(ops, pixels, embeddings, config);
    const taps = encoderTaps(ops, tokens, blocks, config.heads, config.taps);
    return { taps: norm ? taps.map((tap) => ops.layerNorm(tap, norm)) : taps, grid };
  };
}

function mlpWeights(
  layer: WeightScope,
  { hiddenSize: d, mlpRatio, activation }: Dinov2Config,
  gate: typeof swiglu | undefined,
): Mlp | SwigluMlp {
  const hidden = Math.trunc(d * mlpRatio);
  const scale = "layer_scale2.lambda1";
  if (!gate) {
    const down = layer.linear("mlp.fc2", hidden, d, { scale });
    return { kind: "mlp", up: layer.linear("mlp.fc1", d, hidden), down, activation };
  }
  const gated = swigluSize(hidden);
  const down = layer.linear("mlp.weights_out", gated, d, { scale });
  return { kind: "swiglu", up: layer.linear("mlp.weights_in", d, 2 * gated), down, swiglu: gate };
}

/** Dinov2SwiGLUFFN's width for that of a plain MLP: two thirds, since there are three matrices, in steps of 8. */
export function swigluSize(hidden: number): number {
  return Math.floor((Math.trunc((hidden * 2) / 3) + 7) / 8) * 8;
}
