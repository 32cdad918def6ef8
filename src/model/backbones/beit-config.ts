import type { Activation } from "../../kernels/shared/activation.ts";
import { parseActivation } from "../config/activations.ts";
import type { Fields } from "../config/fields.ts";
import type { EmbeddingConfig } from "./embeddings.ts";
import { parseStages } from "./taps.ts";

/**
 * BEiT (Bao et al., arXiv:2106.08254; transformers' BeitBackbone): a ViT whose attention knows how far tokens lie from each
 * other. Any size as in MiDaS 3.1 (Birkl et al., arXiv:2307.14460).
 */
export interface BeitConfig extends EmbeddingConfig {
  readonly kind: "beit";
  readonly heads: number;
  readonly intermediateSize: number;
  readonly activation: Activation;
  readonly epsilon: number;
  /** Whether each branch of a block is multiplied by a vector. */
  readonly layerScale: boolean;
  /** Whether each block has a table of biases. */
  readonly relativeBias: boolean;
  /** Whether there is a table for all blocks. */
  readonly sharedRelativeBias: boolean;
  readonly layers: number;
  /** Blocks whose tokens go to the neck, ascending. */
  readonly taps: readonly number[];
}

/** The fields of a `backbone_config`, for a neck of so many stages. */
export function parseBeit(json: Fields, stages: number): BeitConfig {
  json.word("model_type", ["beit"], "beit");
  const layers = json.parts("num_hidden_layers", 12);
  const hiddenSize = json.whole("hidden_size", 768);
  const heads = json.whole("num_attention_heads", 12);
  if (hiddenSize % heads !== 0) throw json.wrong("num_attention_heads", `a divisor of ${hiddenSize}`, heads);
  // The neck wants tokens; maps of a pyramid are for other frameworks.
  if (json.boolean("reshape_hidden_states", true)) throw json.wrong("reshape_hidden_states", "false", true);
  if (json.boolean("add_fpn", false)) throw json.wrong("add_fpn", "false", true);
  const patch = json.side("patch_size", 16);
  return {
    kind: "beit",
    channelsIn: json.whole("num_channels", 3),
    patch,
    grid: Math.floor(json.side("image_size", 224, patch) / patch),
    hiddenSize,
    positions: json.boolean("use_absolute_position_embeddings", false),
    interpolation: "bicubic",
    heads,
    intermediateSize: json.whole("intermediate_size", 3072),
    activation: parseActivation(json, "hidden_act"),
    epsilon: json.positive("layer_norm_eps", 1e-12),
    layerScale: json.number("layer_scale_init_value", 0.1) > 0,
    relativeBias: json.boolean("use_relative_position_bias", false),
    sharedRelativeBias: json.boolean("use_shared_relative_position_bias", false),
    layers,
    taps: parseStages(json, layers, stages),
  };
}
