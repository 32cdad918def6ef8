import { multipleOf4, packVector } from "../../kernels/shared/pack.ts";
import type { Tensor } from "../../runtime/graph/graph.ts";
import type { Weight } from "../../runtime/graph/weight.ts";
import type { Linear } from "../network/layers.ts";
import type { Extent, Ops } from "../network/ops.ts";
import { concatenate } from "../weights/fold.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { resizeAntialiased } from "./operators/resize-antialiased.ts";

/** What places tokens. */
export interface PositionWeights {
  /** The tokens before the patches, `[R, D]`: the class token, its own position, if it has one, added; then registers. */
  readonly leading: Weight;
  /** Positions of the patches on the grid the model was trained with, `[1, g, g, D]`. */
  readonly positions?: Weight;
}

/** What turns a picture into tokens. */
export interface EmbeddingWeights extends PositionWeights {
  readonly patches: Linear;
}

export interface EmbeddingConfig {
  readonly channelsIn: number;
  readonly patch: number;
  /** g: the trained grid has g × g patches. */
  readonly grid: number;
  /** D. */
  readonly hiddenSize: number;
  /** Whether patches and class token have positions that are added; true if left out. */
  readonly positions?: boolean;
  /** How positions are interpolated to another grid. */
  readonly interpolation: "bilinear" | "bicubic";
}

/** What a checkpoint calls the tensors of its embeddings. */
export interface EmbeddingNames {
  readonly patches: string;
  readonly classToken: string;
  readonly positions: string;
  /** Tokens after the class token; they have no positions. */
  readonly registers?: { readonly name: string; readonly count: number };
}

/** transformers' names in most models. */
const NAMES: EmbeddingNames = {
  patches: "patch_embeddings.projection",
  classToken: "cls_token",
  positions: "position_embeddings",
};

/** Binds the embeddings under these names. */
export function embeddingWeights(
  scope: WeightScope,
  config: EmbeddingConfig,
  names: EmbeddingNames = NAMES,
): EmbeddingWeights {
  const { channelsIn, patch, hiddenSize: d } = config;
  // A convolution whose stride is its window is a Linear on the 3 · p · p numbers of a patch.
  const patches = scope.linear(names.patches, channelsIn * patch * patch, d, {
    stored: [d, channelsIn, patch, patch],
    coarsest: "none",
  });
  return { patches, ...positionWeights(scope, config, names) };
}

/** Binds the tokens before the patches, and the positions if there are any. */
export function positionWeights(
  scope: WeightScope,
  { grid, hiddenSize: d, positions: hasPositions = true }: Pick<EmbeddingConfig, "grid" | "hiddenSize" | "positions">,
  { classToken, positions, registers }: EmbeddingNames = NAMES,
): PositionWeights {
  const table = { name: positions, shape: [1, 1 + grid * grid, d] };
  const token = { name: classToken, shape: [1, 1, d] };
  const more = registers ? [{ name: registers.name, shape: [1, registers.count, d] }] : [];
  const count = 1 + (registers?.count ?? 0);
  const rowsOf = (tokens: Float32Array) =>
    concatenate(Array.from({ length: count }, (_, i) => packVector(tokens.subarray(i * d, (i + 1) * d))));
  const shape = [count, multipleOf4(d)];
  if (!hasPositions) {
    return { leading: scope.derived(classToken, shape, [token, ...more], (...tokens) => rowsOf(concatenate(tokens))) };
  }
  return {
    leading: scope.derived(`${classToken}+position`, shape, [token, table, ...more], (cls, position, ...others) => {
      const positioned = cls!.map((value, i) => value + position![i]!);
      return rowsOf(concatenate([positioned, ...others]));
    }),
    positions: scope.derived(positions, [1, grid, grid, d], [table], (all) => all!.slice(d), scope.precision),
  };
}

/**
 * Tokens `[N, R + h · w, D]` of pixels `[N, 3, H, W]`, with the grid `h × w` they stand for.
 * @param resize interpolates positions, if not as the config says
 */
export function embed(
  ops: Ops,
  pixels: Tensor,
  weights: EmbeddingWeights,
  { patch, interpolation }: EmbeddingConfig,
  resize: typeof resizeAntialiased = (of, table, to) => of.resize(table, to, interpolation, { alignCorners: false }),
): { readonly tokens: Tensor; readonly grid: Extent } {
  const [, , height, width] = pixels.shape as [number, number, number, number];
  const grid = { height: Math.floor(height / patch), width: Math.floor(width / patch) };
  const table = weights.positions && ops.graph.weight(weights.positions);
  const positions = table && resize(ops, table, grid);
  return { tokens: ops.patchEmbed(pixels, weights.patches, weights.leading, positions, patch), grid };
}
