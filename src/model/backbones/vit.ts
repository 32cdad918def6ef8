import type { Activation } from "../../kernels/shared/activation.ts";
import { parseActivation } from "../config/activations.ts";
import type { Fields } from "../config/fields.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Backbone } from "./backbone.ts";
import { type EmbeddingConfig, embed, embeddingWeights } from "./embeddings.ts";
import { orderTaps } from "./taps.ts";
import { type BlockWeights, encoderTaps } from "./transformer.ts";

/** The Vision Transformer inside transformers' DPTModel (Dosovitskiy et al., arXiv:2010.11929), whatever its patches are. */
export interface VitEncoderConfig extends EmbeddingConfig {
  readonly heads: number;
  readonly intermediateSize: number;
  readonly activation: Activation;
  readonly epsilon: number;
  readonly qkvBias: boolean;
  /** Number of blocks. */
  readonly layers: number;
  /** Blocks whose tokens go to the neck, ascending. */
  readonly taps: readonly number[];
}

export interface VitConfig extends VitEncoderConfig {
  readonly kind: "vit";
}

/**
 * The fields of DPTConfig that its own ViT uses.
 * @param stages of the neck, each of which takes the tokens after a block
 */
export function parseVit(json: Fields, stages: number): VitConfig {
  const encoder = parseEncoder(json);
  const blocks = json.numbers("backbone_out_indices", [2, 5, 8, 11], stages);
  return { kind: "vit", ...encoder, taps: orderTaps(json, "backbone_out_indices", blocks, encoder.layers, stages) };
}

/** All of them but which blocks go to the neck. */
export function parseEncoder(json: Fields): Omit<VitEncoderConfig, "taps"> {
  const layers = json.parts("num_hidden_layers", 12);
  const hiddenSize = json.whole("hidden_size", 768);
  const heads = json.whole("num_attention_heads", 12);
  if (hiddenSize % heads !== 0) throw json.wrong("num_attention_heads", `a divisor of ${hiddenSize}`, heads);
  const patch = json.side("patch_size", 16);
  return {
    channelsIn: json.whole("num_channels", 3),
    patch,
    grid: Math.floor(json.side("image_size", 384, patch) / patch),
    hiddenSize,
    interpolation: "bilinear",
    heads,
    intermediateSize: json.whole("intermediate_size", 3072),
    activation: parseActivation(json, "hidden_act"),
    epsilon: json.positive("layer_norm_eps", 1e-12),
    qkvBias: json.boolean("qkv_bias", true),
    layers,
  };
}

/** Binds the names of DPTModel, under `dpt`: tokens after four of the blocks, before any last norm. */
export function vit(scope: WeightScope, config: VitConfig): Backbone {
  const embeddings = embeddingWeights(scope.at("embeddings"), config);
  const blocks = vitBlocks(scope, config);
  return (ops, pixels) => {
    const { tokens, grid } = embed(ops, pixels, embeddings, config);
    return { taps: encoderTaps(ops, tokens, blocks, config.heads, config.taps), grid };
  };
}

/** Binds the names of its blocks. */
export function vitBlocks(scope: WeightScope, config: VitEncoderConfig): BlockWeights[] {
  const { hiddenSize: d, intermediateSize, epsilon, qkvBias } = config;
  const block = (layer: WeightScope): BlockWeights => ({
    norm1: layer.norm("layernorm_before", d, epsilon),
    qkv: layer.at("attention.attention").merged(["query", "key", "value"], d, d, { bias: qkvBias }),
    attentionOutput: layer.linear("attention.output.dense", d, d, { coarsest: "q8" }),
    norm2: layer.norm("layernorm_after", d, epsilon),
    mlp: {
      kind: "mlp",
      up: layer.linear("intermediate.dense", d, intermediateSize),
      down: layer.linear("output.dense", intermediateSize, d),
      activation: config.activation,
    },
  });
  return Array.from({ length: config.layers }, (_, i) => block(scope.at(`encoder.layer.${i}`)));
}
