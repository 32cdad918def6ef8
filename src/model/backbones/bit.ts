import type { Activation } from "../../kernels/shared/activation.ts";
import { samePadding } from "../../kernels/shared/uneven-padding.ts";
import type { Tensor } from "../../runtime/graph/graph.ts";
import type { Conv, GroupNorm, Linear } from "../network/layers.ts";
import type { Ops } from "../network/ops.ts";
import type { WeightScope } from "../weights/weights.ts";
import { type BitConfig, bottleneckWidth } from "./bit-config.ts";
import { channelsLast } from "./operators/channels-last.ts";
import { groupNorm } from "./operators/group-norm.ts";
import { maxPool2d } from "./operators/max-pool2d.ts";
import { standardizeRows } from "./standardize-rows.ts";

/** ε of the group norms. */
const EPSILON = 1e-5;

interface Bottleneck {
  readonly conv1: Linear;
  readonly conv2: Conv;
  readonly conv3: Linear;
  readonly norms: readonly [GroupNorm, GroupNorm, GroupNorm];
  /** Of the shortcut, where channels or size change; with a norm of its own unless what comes in is normalised. */
  readonly downsample?: { readonly conv: Conv; readonly norm: GroupNorm | undefined };
}

/** Pixels `[N, 3, H, W]` to the maps after each stage, `[N, H/4, W/4, C]` and halves of it, sides rounded up. */
export type Bit = (ops: Ops, pixels: Tensor) => Tensor[];

/** Binds the names of BitModel. */
export function bit(scope: WeightScope, config: BitConfig): Bit {
  const { channelsIn, stem, groups, preactivation, activation, paddedPool } = config;
  const embedder = scope.at("embedder");
  const first = embedder.conv2d("convolution", channelsIn, stem, 7, { ...standardized(config), stride: 2 });
  const norm = preactivation ? undefined : embedder.groupNorm("norm", stem, groups, EPSILON);
  const stages = config.stages.map(({ channels, depth }, i) => {
    const from = i === 0 ? stem : config.stages[i - 1]!.channels;
    return Array.from({ length: depth }, (_, j) => {
      const layer = scope.at(`encoder.stages.${i}.layers.${j}`);
      return bottleneck(layer, j === 0 ? from : channels, channels, { stride: i > 0 && j === 0 ? 2 : 1, config, j });
    });
  });
  const run = preactivation ? preactivated : bottlenecked;
  return (ops, pixels) => {
    const embedded = ops.conv2d(channelsLast(ops, pixels), first);
    const normed = norm ? groupNorm(ops, embedded, norm, { activation }) : embedded;
    let x = maxPool2d(ops, normed, 3, 2, paddedPool ? "same" : "none");
    return stages.map((layers) => {
      for (const layer of layers) x = run(ops, x, layer, activation);
      return x;
    });
  };
}

/**
 * Of every convolution. Never quantised: a tenth of the model, and what q8 loses in one convolution after the other comes
 * out of it as 5 % of the tokens, of two tiny models, against 0.8 % of those that the ViT's own weights in q8 lose.
 */
function standardized({ weightEpsilon }: BitConfig) {
  const prepare = (rows: Float32Array, count: number) => standardizeRows(rows, count, weightEpsilon);
  return { bias: false, padding: samePadding, prepare, coarsest: "none" } as const;
}

interface Place {
  readonly stride: number;
  readonly config: BitConfig;
  /** Which of its stage. */
  readonly j: number;
}

function bottleneck(scope: WeightScope, from: number, channels: number, { stride, config, j }: Place): Bottleneck {
  const { groups, preactivation } = config;
  const inner = bottleneckWidth(channels);
  const pointwise = (name: string, c: number, o: number) =>
    scope.linear(name, c, o, { ...standardized(config), stored: [o, c, 1, 1] });
  const widths = preactivation ? [from, inner, inner] : [inner, inner, channels];
  const [norm1, norm2, norm3] = widths.map((c, i) => scope.groupNorm(`norm${i + 1}`, c, groups, EPSILON));
  const shortcut = () => ({
    conv: scope.conv2d("downsample.conv", from, channels, 1, { ...standardized(config), stride }),
    norm: preactivation ? undefined : scope.groupNorm("downsample.norm", channels, groups, EPSILON),
  });
  return {
    conv1: pointwise("conv1", from, inner),
    conv2: scope.conv2d("conv2", inner, inner, 3, { ...standardized(config), stride }),
    conv3: pointwise("conv3", inner, channels),
    norms: [norm1!, norm2!, norm3!],
    ...(j === 0 && { downsample: shortcut() }),
  };
}

/** BitBottleneckLayer: `act(norm(conv(act(norm(conv(act(norm(conv(x)))))))) + shortcut(x))`. */
function bottlenecked(ops: Ops, x: Tensor, layer: Bottleneck, activation: Activation): Tensor {
  const { conv1, conv2, conv3, norms, downsample } = layer;
  const [norm1, norm2, norm3] = norms;
  const shortcut = downsample ? groupNorm(ops, ops.conv2d(x, downsample.conv), downsample.norm!) : x;
  const narrow = groupNorm(ops, ops.pointwise(x, conv1), norm1, { activation });
  const hidden = groupNorm(ops, ops.conv2d(narrow, conv2), norm2, { activation });
  return groupNorm(ops, ops.pointwise(hidden, conv3), norm3, { activation, residual: shortcut });
}

/** BitPreActivationBottleneckLayer: `conv(act(norm(conv(act(norm(conv(z))))))) + shortcut`, with `z = act(norm(x))`. */
function preactivated(ops: Ops, x: Tensor, layer: Bottleneck, activation: Activation): Tensor {
  const { conv1, conv2, conv3, norms, downsample } = layer;
  const [norm1, norm2, norm3] = norms;
  const z = groupNorm(ops, x, norm1, { activation });
  const shortcut = downsample ? ops.conv2d(z, downsample.conv) : x;
  const narrow = groupNorm(ops, ops.pointwise(z, conv1), norm2, { activation });
  const hidden = groupNorm(ops, ops.conv2d(narrow, conv2), norm3, { activation });
  return ops.pointwise(hidden, conv3, { residuals: [shortcut] });
}
