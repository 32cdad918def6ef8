import type { Activation } from "../../kernels/shared/activation.ts";
import { parseActivation } from "../activations.ts";
import type { Fields } from "../fields.ts";
import type { WeightScope } from "../weights.ts";
import type { Backbone } from "./backbone.ts";
import { swigluSize } from "./dinov2.ts";
import { type EmbeddingConfig, embed, embeddingWeights } from "./embeddings.ts";
import { parseStages } from "./taps.ts";
import { type BlockWeights, encoderTaps, type Mlp, type SwigluMlp } from "./transformer.ts";

/** The picture's half of TIPSv2 (transformers' Tipsv2VisionBackbone): DINOv2 with registers, and bilinear positions. */
export interface Tipsv2Config extends EmbeddingConfig {
  readonly kind: "tipsv2";
  readonly heads: number;
  readonly mlpRatio: number;
  /** Whether the MLP is a SwiGLU, as in the giant. */
  readonly swiglu: boolean;
  readonly activation: Activation;
  readonly epsilon: number;
  readonly qkvBias: boolean;
  /** Tokens between the class token and the patches, which nothing after the backbone reads. */
  readonly registers: number;
  readonly layers: number;
  /** Blocks whose tokens go to the necks, ascending. */
  readonly taps: readonly number[];
  /** Whether the last norm is applied to what the necks get. */
  readonly normTaps: boolean;
}

/** The fields of a `backbone_config`. */
export function parseTipsv2(json: Fields): Tipsv2Config {
  json.word("model_type", ["tipsv2_vision_model"], "tipsv2_vision_model");
  const layers = json.whole("num_hidden_layers", 12);
  const hiddenSize = json.whole("hidden_size", 768);
  const heads = json.whole("num_attention_heads", 12);
  if (hiddenSize % heads !== 0) throw json.wrong("num_attention_heads", `a divisor of ${hiddenSize}`, heads);
  // The class's own default is true, which the neck, in want of a class token, cannot take.
  if (json.boolean("reshape_hidden_states", false)) throw json.wrong("reshape_hidden_states", "false", true);
  const patch = json.whole("patch_size", 14);
  return {
    kind: "tipsv2",
    channelsIn: json.whole("num_channels", 3),
    patch,
    grid: Math.floor(json.whole("image_size", 448, patch) / patch),
    hiddenSize,
    interpolation: "antialiased bilinear",
    heads,
    mlpRatio: json.positive("mlp_ratio", 4),
    swiglu: json.boolean("use_swiglu_ffn", false),
    activation: parseActivation(json, "hidden_act"),
    epsilon: json.positive("layer_norm_eps", 1e-6),
    qkvBias: json.boolean("qkv_bias", true),
    registers: json.whole("num_register_tokens", 1, 0),
    layers,
    taps: parseStages(json, layers),
    normTaps: json.boolean("apply_layernorm", true),
  };
}

/** Binds the names of published checkpoints, under `vision_encoder`: tokens after four blocks, normalised as DINOv2's. */
export function tipsv2(scope: WeightScope, config: Tipsv2Config): Backbone {
  const { hiddenSize: d, epsilon, qkvBias, registers } = config;
  const block = (layer: WeightScope): BlockWeights => ({
    norm1: layer.norm("norm1", d, epsilon),
    qkv: layer.linear("attn.qkv", d, 3 * d, { bias: qkvBias }),
    attentionOutput: layer.linear("attn.proj", d, d, { scale: "ls1.gamma", coarsest: "q8" }),
    norm2: layer.norm("norm2", d, epsilon),
    mlp: mlpWeights(layer, config),
  });
  const embeddings = embeddingWeights(scope, config, {
    patches: "patch_embed.proj",
    classToken: "cls_token",
    positions: "pos_embed",
    registers: { name: "register_tokens", count: registers },
  });
  const blocks = Array.from({ length: config.layers }, (_, i) => block(scope.at(`blocks.${i}`)));
  const norm = config.normTaps ? scope.norm("norm", d, epsilon) : undefined;
  return (ops, pixels) => {
    const { tokens, grid } = embed(ops, pixels, embeddings, config);
    const taps = encoderTaps(ops, tokens, blocks, config.heads, config.taps);
    return { taps: norm ? taps.map((tap) => ops.layerNorm(tap, norm)) : taps, grid, leading: 1 + registers };
  };
}

function mlpWeights(
  layer: WeightScope,
  { hiddenSize: d, mlpRatio, swiglu, activation }: Tipsv2Config,
): Mlp | SwigluMlp {
  const hidden = Math.trunc(d * mlpRatio);
  const scale = "ls2.gamma";
  if (swiglu) {
    const gated = swigluSize(hidden);
    const down = layer.linear("mlp.w3", gated, d, { scale });
    return { kind: "swiglu", up: layer.linear("mlp.w12", d, 2 * gated), down };
  }
  const down = layer.linear("mlp.c_proj", hidden, d, { scale });
  return { kind: "mlp", up: layer.linear("mlp.c_fc", d, hidden), down, activation };
}
