import type { Activation } from "../../kernels/shared/activation.ts";
import { type WindowParams, windowGrid, windowRegions } from "../../kernels/shared/windows.ts";
import type { Tensor } from "../../runtime/graph.ts";
import type { Weight } from "../../runtime/weight.ts";
import { parseActivation } from "../activations.ts";
import type { Fields } from "../fields.ts";
import type { Extent, Ops } from "../ops.ts";
import type { Conv, Linear, Norm, WeightScope } from "../weights.ts";
import type { Backbone } from "./backbone.ts";
import { positionBias } from "./position-bias.ts";
import { orderTaps } from "./taps.ts";

/** Blocks at one resolution. */
export interface Swinv2Stage {
  /** Number of blocks. */
  readonly depth: number;
  readonly channels: number;
  readonly heads: number;
  /** M. */
  readonly window: number;
  /** How far every second block rolls its map. */
  readonly shift: number;
  /** M where the model was trained before; 0 if it was not. */
  readonly pretrainedWindow: number;
}

/** Swin Transformer V2 (Liu et al., arXiv:2111.09883; transformers' Swinv2Backbone). */
export interface Swinv2Config {
  readonly kind: "swinv2";
  readonly channelsIn: number;
  readonly patch: number;
  /** g: trained on g × g patches. */
  readonly grid: number;
  readonly stages: readonly Swinv2Stage[];
  /** Channels of the last stage. */
  readonly hiddenSize: number;
  /** Number of blocks. */
  readonly layers: number;
  readonly mlpRatio: number;
  readonly activation: Activation;
  /** Of the blocks' norms. */
  readonly epsilon: number;
  readonly qkvBias: boolean;
  /** Maps that go to the neck, ascending: 0 is the embedding, i what stage i makes. */
  readonly taps: readonly number[];
}

/** Of the norms outside the blocks: torch.nn.LayerNorm's own. */
const EPSILON = 1e-5;

/** ln 100: cosines are multiplied by 100 at most. */
const LARGEST_LOGIT_SCALE = Math.log(100);

/** The fields of a `backbone_config`. */
export function parseSwinv2(json: Fields): Swinv2Config {
  json.word("model_type", ["swinv2"], "swinv2");
  // Such a table has one position more than there are patches, which transformers cannot add either.
  if (json.boolean("use_absolute_embeddings", false)) throw json.wrong("use_absolute_embeddings", "false", true);
  const patch = json.whole("patch_size", 4);
  const grid = Math.floor(json.whole("image_size", 224, patch) / patch);
  const stages = parseStages(json, grid);
  return {
    kind: "swinv2",
    channelsIn: json.whole("num_channels", 3),
    patch,
    grid,
    stages,
    hiddenSize: stages.at(-1)!.channels,
    layers: stages.reduce((sum, { depth }) => sum + depth, 0),
    mlpRatio: json.positive("mlp_ratio", 4),
    activation: parseActivation(json, "hidden_act"),
    epsilon: json.positive("layer_norm_eps", 1e-5),
    qkvBias: json.boolean("qkv_bias", true),
    taps: parseTaps(json, stages.length),
  };
}

function parseStages(json: Fields, grid: number): Swinv2Stage[] {
  const depths = json.partsOfStages("depths", [2, 2, 6, 2]);
  const heads = counts(json, "num_heads", [3, 6, 12, 24]);
  const pretrained = counts(json, "pretrained_window_sizes", [0, 0, 0, 0], 0);
  for (const [field, list] of [
    ["num_heads", heads],
    ["pretrained_window_sizes", pretrained],
  ] as const) {
    if (list.length < depths.length) throw json.wrong(field, `a number for each of ${depths.length} stages`, list);
  }
  const width = json.whole("embed_dim", 96);
  const largest = json.whole("window_size", 7);
  const least = 2 ** (depths.length - 1);
  if (grid < least)
    throw json.wrong(
      "image_size",
      `${least} patches or more, so that ${depths.length} stages have some`,
      json.raw("image_size"),
    );
  return depths.map((depth, i) => {
    const channels = width * 2 ** i;
    if (channels % heads[i]! !== 0) throw json.wrong("num_heads", `divisors of ${width} · 2^i`, heads);
    // One is no distance to measure others by.
    if (pretrained[i] === 1) throw json.wrong("pretrained_window_sizes", "0 or more than 1 each", pretrained);
    // Windows are those of the size that the model was trained for, whatever the picture's.
    const resolution = Math.floor(grid / 2 ** i);
    const window = Math.min(resolution, largest);
    const shift = resolution > window ? Math.floor(largest / 2) : 0;
    return { depth, channels, heads: heads[i]!, window, shift, pretrainedWindow: pretrained[i]! };
  });
}

/** As many whole numbers as the file has. */
function counts(json: Fields, field: string, otherwise: readonly number[], least = 1): readonly number[] {
  const raw = json.raw(field);
  const values = json.numbers(field, otherwise, Array.isArray(raw) && raw.length > 0 ? raw.length : otherwise.length);
  if (!values.every((value) => Number.isSafeInteger(value) && value >= least)) {
    throw json.wrong(field, `whole numbers from ${least}`, values);
  }
  return values;
}

/** `out_indices` and `out_features` name the embedding ("stem", 0) and what the stages make ("stage1", 1). */
function parseTaps(json: Fields, stages: number): readonly number[] {
  const named = json.raw("out_features");
  const place = (name: unknown) =>
    name === "stem" ? 0 : Number(typeof name === "string" ? /^stage([1-9]\d*)$/.exec(name)?.[1] : undefined);
  const fromNames = Array.isArray(named) ? named.map(place) : [stages];
  const listed = json.raw("out_indices");
  const indices = Array.isArray(listed) ? json.numbers("out_indices", [], listed.length) : fromNames;
  const taps = indices.map((index) => (index < 0 ? index + stages + 1 : index));
  return orderTaps(json, Array.isArray(listed) ? "out_indices" : "out_features", taps, stages + 1);
}

/** Channels of the maps that go to the neck. */
export function swinv2Widths({ stages, taps }: Swinv2Config): number[] {
  return taps.map((tap) => stages[Math.max(tap - 1, 0)]!.channels);
}

/** A block that normalises what it adds. */
interface BlockWeights {
  readonly qkv: Linear;
  /** What the cosines of each head are multiplied by, `[heads]`. */
  readonly logitScale: Weight;
  readonly positionBias: Weight;
  readonly attentionOutput: Linear;
  readonly norm1: Norm;
  readonly up: Linear;
  readonly down: Linear;
  readonly norm2: Norm;
}

/** Four neighbours to one: a Linear of their channels side by side, then a norm. */
interface MergingWeights {
  readonly reduction: Conv;
  readonly norm: Norm;
}

/** Binds the names of Swinv2Backbone, under `backbone`: maps of its stages, each before it is merged. */
export function swinv2(scope: WeightScope, config: Swinv2Config): Backbone {
  const { channelsIn, patch, stages, activation } = config;
  const width = stages[0]!.channels;
  const embeddings = scope.at("embeddings");
  // The picture is filled up with zeros to whole patches.
  const window = { stride: patch, padding: "end", coarsest: "none" } as const;
  const patches = embeddings.conv2d("patch_embeddings.projection", channelsIn, width, patch, window);
  const norm = embeddings.norm("norm", width, EPSILON);
  const bound = stages.map((stage, i) => {
    const layer = scope.at(`encoder.layers.${i}`);
    const blocks = Array.from({ length: stage.depth }, (_, j) => blockWeights(layer.at(`blocks.${j}`), stage, config));
    const merging = i + 1 < stages.length ? mergingWeights(layer.at("downsample"), stage.channels) : undefined;
    return { stage, blocks, merging };
  });
  return (ops, pixels) => {
    let x = ops.layerNorm(ops.conv2d(ops.channelsLast(pixels), patches), norm);
    const maps = [x];
    for (const [i, { stage, blocks }] of bound.entries()) {
      const merging = bound[i - 1]?.merging;
      if (merging) x = ops.layerNorm(ops.conv2d(x, merging.reduction), merging.norm);
      x = runStage(ops, x, blocks, stage, activation);
      maps.push(x);
      if (i + 1 >= config.taps.at(-1)!) break;
    }
    return { taps: config.taps.map((tap) => maps[tap]!), grid: extent(maps[0]!) };
  };
}

function blockWeights(
  scope: WeightScope,
  stage: Swinv2Stage,
  { mlpRatio, epsilon, qkvBias }: Swinv2Config,
): BlockWeights {
  const { channels: c, heads } = stage;
  const hidden = Math.trunc(mlpRatio * c);
  const attention = scope.at("attention.self");
  return {
    qkv: attention.merged(["query", "key", "value"], c, c, { bias: qkvBias, unbiased: ["key"] }),
    logitScale: attention.derived("logit_scale", [heads], [{ name: "logit_scale", shape: [heads, 1, 1] }], (logits) =>
      logits!.map((logit) => Math.exp(Math.min(logit, LARGEST_LOGIT_SCALE))),
    ),
    positionBias: positionBias(attention, stage),
    attentionOutput: scope.linear("attention.output.dense", c, c, { coarsest: "q8" }),
    norm1: scope.norm("layernorm_before", c, epsilon),
    up: scope.linear("intermediate.dense", c, hidden),
    down: scope.linear("output.dense", hidden, c),
    norm2: scope.norm("layernorm_after", c, epsilon),
  };
}

function mergingWeights(scope: WeightScope, channels: number): MergingWeights {
  return {
    reduction: scope.merging("reduction", channels, 2 * channels),
    norm: scope.norm("norm", 2 * channels, EPSILON),
  };
}

/** The blocks of a stage on a map `[N, H, W, C]`, every second one in windows that lie across those of the one before. */
function runStage(
  ops: Ops,
  map: Tensor,
  blocks: readonly BlockWeights[],
  { window, shift, heads }: Swinv2Stage,
  activation: Activation,
): Tensor {
  const [batch, height, width, channels] = map.shape as [number, number, number, number];
  const still = { height, width, window, shift: 0 };
  const rolled = { ...still, shift };
  const regions = shift > 0 && blocks.length > 1 ? regionsOf(ops, rolled) : undefined;
  let z = ops.graph.reshape(map, [batch, height * width, channels]);
  for (const [i, block] of blocks.entries()) {
    const windows = i % 2 === 1 ? rolled : still;
    const qkv = ops.cosineWindows(ops.linear(z, block.qkv), block.logitScale, block.qkv.bias, windows, heads);
    // Spread over all pairs here and not while the model loads: for 24 × 24 tokens that is more than all other weights (base:
    // 414 MB beside 350), and what is written here, 21 MB at most, lies in one buffer for all blocks.
    const bias = ops.relativePositionBias(ops.graph.weight(block.positionBias));
    const seen = ops.attention(qkv, heads, { scale: 1, bias, regions: windows.shift > 0 ? regions : undefined });
    // Normalised after the product and before the sum, or what blocks add would grow with the depth (section 3.2).
    const attended = ops.layerNorm(ops.linear(seen, block.attentionOutput, { windows }), block.norm1, { residual: z });
    const hidden = ops.linear(attended, block.up, { activation });
    z = ops.layerNorm(ops.linear(hidden, block.down), block.norm2, { residual: attended });
  }
  return ops.graph.reshape(z, map.shape);
}

/** Which tokens of a window came from which part of the map, `[windows, M²]`. */
function regionsOf({ graph }: Ops, windows: WindowParams): Tensor {
  const { height, width, window, shift } = windows;
  const { count, tokens } = windowGrid(windows);
  const label = `regions of ${height}×${width} in ${window}×${window} shifted by ${shift}`;
  return graph.reshape(graph.constant(label, windowRegions(windows)), [count, tokens]);
}

function extent({ shape }: Tensor): Extent {
  return { height: shape[1]!, width: shape[2]! };
}
