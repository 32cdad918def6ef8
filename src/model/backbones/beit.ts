import type { Tensor } from "../../runtime/graph/graph.ts";
import type { Weight } from "../../runtime/graph/weight.ts";
import type { Extent, Ops } from "../network/ops.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Backbone } from "./backbone.ts";
import type { BeitConfig } from "./beit-config.ts";
import { embed, embeddingWeights } from "./embeddings.ts";
import { relativePositionBias } from "./operators/relative-position-bias.ts";
import { type BlockWeights, encoderTaps } from "./transformer.ts";

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
      relativePositionBias(
        ops,
        ops.resize(trained, size, "bilinear", { alignCorners: false }),
        ops.graph.weight(table.classToken),
      );
    const bias = made.get(table) ?? make();
    made.set(table, bias);
    return bias;
  };
}
