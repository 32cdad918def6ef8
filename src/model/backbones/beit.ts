import type { Activation } from "../../kernels/shared/activation.ts";
import type { Tensor } from "../../runtime/graph.ts";
import type { Weight } from "../../runtime/weight.ts";
import { parseActivation } from "../activations.ts";
import type { Fields } from "../fields.ts";
import type { Extent, Ops } from "../ops.ts";
import type { WeightScope } from "../weights.ts";
import type { Backbone } from "./backbone.ts";
import { type EmbeddingConfig, embed, embeddingWeights } from "./embeddings.ts";
import { parseStages } from "./taps.ts";
import { type BlockWeights, encoderTaps } from "./transformer.ts";

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

/** The fields of a `backbone_config`. */
export function parseBeit(json: Fields): BeitConfig {
  json.word("model_type", ["beit"], "beit");
  const layers = json.parts("num_hidden_layers", 12);
  const hiddenSize = json.whole("hidden_size", 768);
  const heads = json.whole("num_attention_heads", 12);
  if (hiddenSize % heads !== 0) throw json.wrong("num_attention_heads", `a divisor of ${hiddenSize}`, heads);
  // The neck wants tokens; maps of a pyramid are for other frameworks.
  if (json.boolean("reshape_hidden_states", true)) throw json.wrong("reshape_hidden_states", "false", true);
  if (json.boolean("add_fpn", false)) throw json.wrong("add_fpn", "false", true);
  const patch = json.whole("patch_size", 16);
  return {
    kind: "beit",
    channelsIn: json.whole("num_channels", 3),
    patch,
    grid: Math.floor(json.whole("image_size", 224, patch) / patch),
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
    taps: parseStages(json, layers),
  };
}

/** Binds the names of BeitBackbone, under `backbone`: tokens after four of the blocks, before any last norm. */
export function beit(scope: WeightScope, config: BeitConfig): Backbone {
  const { hiddenSize: d, intermediateSize, epsilon, layerScale, heads, layers } = config;
  const lambda = (which: 1 | 2) => (layerScale ? { scale: `lambda_${which}` } : {});
  const block = (layer: WeightScope): BlockWeights => ({
    norm1: layer.norm("layernorm_before", d, epsilon),
    qkv: layer.at("attention.attention").merged(["query", "key", "value"], d, d, { unbiased: ["key"] }),
    attentionOutput: layer.linear("attention.output.dense", d, d, { ...lambda(1), coarsest: "q8" }),
    norm2: layer.norm("layernorm_after", d, epsilon),
    mlp: {
      kind: "mlp",
      up: layer.linear("intermediate.dense", d, intermediateSize),
      down: layer.linear("output.dense", intermediateSize, d, lambda(2)),
      activation: config.activation,
    },
  });
  const embeddings = embeddingWeights(scope.at("embeddings"), config);
  const blocks = Array.from({ length: layers }, (_, i) => block(scope.at(`encoder.layer.${i}`)));
  const tables = biasTables(scope.at("encoder"), config);
  return (ops, pixels) => {
    const { tokens, grid } = embed(ops, pixels, embeddings, config);
    return { taps: encoderTaps(ops, tokens, blocks, heads, config.taps, biases(ops, tables, grid)), grid };
  };
}

/** A bias for each head, by how far a patch lies from another one on the grid that the model was trained with. */
interface BiasTable {
  /** `[1, 2 · g − 1, 2 · g − 1, heads]`. */
  readonly patches: Weight;
  /** `[3, heads]`: of the class token for patches, of patches for it, and of itself. */
  readonly classToken: Weight;
}

/** For each block, or the same for all: `relative_position_bias_table`, whose last three rows are the class token's. */
function biasTables(scope: WeightScope, config: BeitConfig): readonly BiasTable[] {
  const { grid, heads, layers, relativeBias, sharedRelativeBias } = config;
  const side = 2 * grid - 1;
  const pairs = side * side * heads;
  const shared = sharedRelativeBias ? ["relative_position_bias"] : [];
  const table = (label: string, names: readonly string[]): BiasTable => {
    const sources = names.map((name) => ({
      name: `${name}.relative_position_bias_table`,
      shape: [side * side + 3, heads],
    }));
    // Where there are two they are added, which is equal to adding what is interpolated from them: that is linear.
    const added = (tables: readonly Float32Array[]) =>
      tables.reduce((sum, other) => sum.map((value, i) => value + other[i]!));
    const { precision } = scope;
    const patches = [1, side, side, heads];
    return {
      patches: scope.derived(label, patches, sources, (...t) => added(t).slice(0, pairs), precision),
      classToken: scope.derived(`${label} cls`, [3, heads], sources, (...t) => added(t).slice(pairs), precision),
    };
  };
  if (relativeBias) {
    const names = Array.from({ length: layers }, (_, i) => `layer.${i}.attention.attention.relative_position_bias`);
    return names.map((name) => table(name, [name, ...shared]));
  }
  if (!sharedRelativeBias) return [];
  const all = table("relative_position_bias", shared);
  return Array.from({ length: layers }, () => all);
}

/**
 * BeitRelativePositionBias: the bias `[heads, T, T]` of each block from its table, interpolated where the grid is not the
 * trained one. One kernel a block and not a weight, since T² numbers a head for each block are more than the weights;
 * this way blocks share the memory of one.
 */
function biases(ops: Ops, tables: readonly BiasTable[], grid: Extent): (block: number) => Tensor | undefined {
  const made = new Map<BiasTable, Tensor>();
  const size = { height: 2 * grid.height - 1, width: 2 * grid.width - 1 };
  return (block) => {
    const table = tables[block];
    if (!table) return undefined;
    const trained = ops.graph.weight(table.patches);
    const make = () =>
      ops.relativePositionBias(
        ops.resize(trained, size, "bilinear", { alignCorners: false }),
        ops.graph.weight(table.classToken),
      );
    const bias = made.get(table) ?? make();
    made.set(table, bias);
    return bias;
  };
}
