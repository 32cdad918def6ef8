import type { Tensor } from "../../runtime/graph/graph.ts";
import type { FusionConfig } from "../config/config.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Conv, Linear } from "./layers.ts";
import type { NeckNames } from "./neck-names.ts";
import type { Extent, Ops } from "./ops.ts";

/** `x + conv(relu(conv(relu(x))))`, batch norms folded in (PreActResidualLayer). */
interface ResidualUnit {
  readonly convolution1: Conv;
  readonly convolution2: Conv;
}

export interface FusionWeights {
  /** For the map that is merged in; none in the coarsest block, which has nothing to merge. */
  readonly residualUnit1: ResidualUnit | undefined;
  readonly residualUnit2: ResidualUnit;
  readonly projection: Linear;
}

/** Binds the fusion blocks of a neck, from the coarsest to the finest. */
export function fusionWeights(
  scope: WeightScope,
  names: NeckNames,
  config: FusionConfig,
  stages: number,
): FusionWeights[] {
  const { channels } = config;
  return Array.from({ length: stages }, (_, i) => {
    const block = scope.at(names.block(i));
    const unit = (which: 1 | 2) => residualUnit(block.at(names.unit[which]), names, config);
    return {
      residualUnit1: i > 0 ? unit(1) : undefined,
      residualUnit2: unit(2),
      projection: block.linear(names.blockProjection, channels, channels, {
        stored: [channels, channels, 1, 1],
        coarsest: "q8",
      }),
    };
  });
}

function residualUnit(scope: WeightScope, names: NeckNames, { channels, batchNorm, bias }: FusionConfig): ResidualUnit {
  const convolution = (i: 1 | 2) =>
    scope.conv2d(names.convolution[i], channels, channels, 3, {
      bias,
      ...(batchNorm && { batchNorm: `batch_norm${i}` }),
    });
  return { convolution1: convolution(1), convolution2: convolution(2) };
}

/**
 * Figure 1 (right) of the paper: from the coarsest map to the finest, each block merges the next map in and grows.
 * @param maps `[N, H, W, F]`, fine to coarse
 * @param last index of the last block that is needed
 * @returns the fused maps, coarse to fine
 */
export function fusion(
  ops: Ops,
  maps: readonly Tensor[],
  blocks: readonly FusionWeights[],
  { growth }: FusionConfig,
  last: number,
): Tensor[] {
  const coarseToFine = maps.toReversed();
  const fused: Tensor[] = [];
  for (const [i, block] of blocks.slice(0, last + 1).entries()) {
    const map = coarseToFine[i]!;
    const next = growth === "next" ? coarseToFine[i + 1] : undefined;
    const before = fused.at(-1);
    const merged = before ? merge(ops, before, map, block.residualUnit1!) : map;
    fused.push(grow(ops, applyUnit(ops, merged, block.residualUnit2), block.projection, next && extent(next)));
  }
  return fused;
}

/** `x + RCU(map)`, the map resized to x where their sizes differ (odd grids). */
function merge(ops: Ops, x: Tensor, map: Tensor, unit: ResidualUnit): Tensor {
  return applyUnit(ops, ops.resize(map, extent(x), "bilinear", { alignCorners: false }), unit, x);
}

/** The residual unit, and one more summand. The ReLU before the first convolution leaves x itself for the skip. */
function applyUnit(ops: Ops, x: Tensor, { convolution1, convolution2 }: ResidualUnit, ...more: Tensor[]): Tensor {
  const hidden = ops.conv2d(x, convolution1, { relu: true, activation: "relu" });
  return ops.conv2d(hidden, convolution2, { residuals: [x, ...more] });
}

/**
 * Upsampling and 1×1 projection. The paper upsamples first; the order does not matter, since both are linear and the
 * weights of an upsampled pixel sum to 1 (so that the bias passes), and projected first it is a quarter of the work.
 */
function grow(ops: Ops, x: Tensor, projection: Linear, to: Extent | undefined): Tensor {
  const { height, width } = extent(x);
  const target = to ?? { height: 2 * height, width: 2 * width };
  return ops.resize(ops.pointwise(x, projection), target, "bilinear", { alignCorners: true });
}

function extent({ shape }: Tensor): Extent {
  return { height: shape[1]!, width: shape[2]! };
}
