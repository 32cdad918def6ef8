import { multipleOf4, packVector } from "../../kernels/shared/pack.ts";
import type { Tensor } from "../../runtime/graph.ts";
import type { Weight } from "../../runtime/weight.ts";
import type { Extent, Ops } from "../ops.ts";
import type { Linear, WeightScope } from "../weights.ts";

/** What places tokens. */
export interface PositionWeights {
  /** The class token with its own position, if there is one, added, `[D]`. */
  readonly classToken: Weight;
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

/** Binds `cls_token`, `position_embeddings`, if there are any, and `patch_embeddings.projection`. */
export function embeddingWeights(scope: WeightScope, config: EmbeddingConfig): EmbeddingWeights {
  const { channelsIn, patch, hiddenSize: d, positions = true } = config;
  // A convolution whose stride is its window is a Linear on the 3 · p · p numbers of a patch.
  const patches = scope.linear("patch_embeddings.projection", channelsIn * patch * patch, d, {
    stored: [d, channelsIn, patch, patch],
    coarsest: "none",
  });
  return { patches, ...(positions ? positionWeights(scope, config) : { classToken: tokenWeight(scope, d) }) };
}

/** Binds `cls_token` alone. */
function tokenWeight(scope: WeightScope, d: number): Weight {
  return scope.derived("cls_token", [multipleOf4(d)], [{ name: "cls_token", shape: [1, 1, d] }], (cls) =>
    packVector(cls!),
  );
}

/** Binds `cls_token` and `position_embeddings`. */
export function positionWeights(
  scope: WeightScope,
  { grid, hiddenSize: d }: Pick<EmbeddingConfig, "grid" | "hiddenSize">,
): Required<PositionWeights> {
  const table = { name: "position_embeddings", shape: [1, 1 + grid * grid, d] };
  const token = { name: "cls_token", shape: [1, 1, d] };
  return {
    classToken: scope.derived("cls_token+position", [multipleOf4(d)], [token, table], (cls, positions) => {
      const sum = new Float32Array(multipleOf4(d));
      for (let i = 0; i < d; i++) sum[i] = cls![i]! + positions![i]!;
      return sum;
    }),
    positions: scope.derived(
      "position_embeddings",
      [1, grid, grid, d],
      [table],
      (positions) => positions!.slice(d),
      scope.precision,
    ),
  };
}

/** Tokens `[N, 1 + h · w, D]` of pixels `[N, 3, H, W]`, with the grid `h × w` they stand for. */
export function embed(
  ops: Ops,
  pixels: Tensor,
  weights: EmbeddingWeights,
  { patch, interpolation }: EmbeddingConfig,
): { readonly tokens: Tensor; readonly grid: Extent } {
  const [, , height, width] = pixels.shape as [number, number, number, number];
  const grid = { height: Math.floor(height / patch), width: Math.floor(width / patch) };
  const positions =
    weights.positions && ops.resize(ops.graph.weight(weights.positions), grid, interpolation, { alignCorners: false });
  return { tokens: ops.patchEmbed(pixels, weights.patches, weights.classToken, positions, patch), grid };
}
