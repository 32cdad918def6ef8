import { packVector } from "../../kernels/shared/pack.ts";
import type { Tensor } from "../../runtime/graph.ts";
import type { Weight } from "../../runtime/weight.ts";
import type { Extent, Ops } from "../ops.ts";
import type { Linear, WeightScope } from "../weights.ts";

/** What turns a picture into tokens. */
export interface EmbeddingWeights {
  readonly patches: Linear;
  /** The class token with its own position, if there is one, added, `[D]`. */
  readonly classToken: Weight;
  /** Positions of the patches on the grid the model was trained with, `[1, g, g, D]`. */
  readonly positions?: Weight;
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
  const { channelsIn, patch, grid, hiddenSize: d, positions = true } = config;
  const table = { name: "position_embeddings", shape: [1, 1 + grid * grid, d] };
  const token = { name: "cls_token", shape: [1, 1, d] };
  // A convolution whose stride is its window is a Linear on the 3 · p · p numbers of a patch.
  const patches = scope.linear("patch_embeddings.projection", channelsIn * patch * patch, d, {
    stored: [d, channelsIn, patch, patch],
    coarsest: "none",
  });
  if (!positions) {
    return {
      patches,
      classToken: scope.derived("cls_token", [4 * Math.ceil(d / 4)], [token], (cls) => packVector(cls!)),
    };
  }
  return {
    patches,
    classToken: scope.derived("cls_token+position", [4 * Math.ceil(d / 4)], [token, table], (cls, positions) => {
      const sum = new Float32Array(4 * Math.ceil(d / 4));
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
