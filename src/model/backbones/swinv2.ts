import type { Activation } from "../../kernels/shared/activation.ts";
import { endPadding } from "../../kernels/shared/uneven-padding.ts";
import { type WindowParams, windowedRows, windowGrid, windowRegions } from "../../kernels/shared/windows.ts";
import type { Tensor } from "../../runtime/graph/graph.ts";
import type { Weight } from "../../runtime/graph/weight.ts";
import type { Conv, Linear, Norm } from "../network/layers.ts";
import type { Extent, Ops } from "../network/ops.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Backbone } from "./backbone.ts";
import { channelsLast } from "./operators/channels-last.ts";
import { cosineWindows } from "./operators/cosine-windows.ts";
import { relativePositionBias } from "./operators/relative-position-bias.ts";
import { patchMerging } from "./patch-merging.ts";
import { positionBias } from "./position-bias.ts";
import type { Swinv2Config, Swinv2Stage } from "./swinv2-config.ts";

/** Of the norms outside the blocks: torch.nn.LayerNorm's own. */
const EPSILON = 1e-5;

/** ln 100: cosines are multiplied by 100 at most. */
const LARGEST_LOGIT_SCALE = Math.log(100);

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
  const window = { stride: patch, padding: endPadding, coarsest: "none" } as const;
  const patches = embeddings.conv2d("patch_embeddings.projection", channelsIn, width, patch, window);
  const norm = embeddings.norm("norm", width, EPSILON);
  const bound = stages.map((stage, i) => {
    const layer = scope.at(`encoder.layers.${i}`);
    const blocks = Array.from({ length: stage.depth }, (_, j) => blockWeights(layer.at(`blocks.${j}`), stage, config));
    const merging = i + 1 < stages.length ? mergingWeights(layer.at("downsample"), stage.channels) : undefined;
    return { stage, blocks, merging };
  });
  return (ops, pixels) => {
    let x = ops.layerNorm(ops.conv2d(channelsLast(ops, pixels), patches), norm);
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
    reduction: patchMerging(scope, "reduction", channels, 2 * channels),
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
    const qkv = cosineWindows(ops, ops.linear(z, block.qkv), block.logitScale, block.qkv.bias, windows, heads);
    // Spread over all pairs here and not while the model loads: for 24 × 24 tokens that is more than all other weights (base:
    // 414 MB beside 350), and what is written here, 21 MB at most, lies in one buffer for all blocks.
    const bias = relativePositionBias(ops, ops.graph.weight(block.positionBias));
    const seen = ops.attention(qkv, heads, { scale: 1, bias, regions: windows.shift > 0 ? regions : undefined });
    // Normalised after the product and before the sum, or what blocks add would grow with the depth (section 3.2).
    const attended = ops.layerNorm(
      ops.linear(seen, block.attentionOutput, { windows: windowedRows(windows) }),
      block.norm1,
      { residual: z },
    );
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
