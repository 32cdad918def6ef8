import { UsageError } from "../../runtime/errors.ts";
import type { Tensor } from "../../runtime/graph/graph.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Backbone } from "./backbone.ts";
import { bit } from "./bit.ts";
import { positionWeights } from "./embeddings.ts";
import { type HybridConfig, MAPS, PATCH } from "./hybrid-config.ts";
import { prependClassToken } from "./operators/prepend-class-token.ts";
import { encoderTaps } from "./transformer.ts";
import { vitBlocks } from "./vit.ts";

/**
 * Binds the names of DPTModel with `is_hybrid`, under `dpt`: BiT's first two maps, then tokens after two of the blocks.
 *
 * Pictures of any size in whole patches; transformers takes others than `image_size` only with
 * `interpolate_pos_encoding`.
 */
export function hybrid(scope: WeightScope, config: HybridConfig): Backbone {
  const { hiddenSize: d, heads, taps, bit: bitConfig } = config;
  const embeddings = scope.at("embeddings");
  const maps = bit(embeddings.at("backbone.bit"), bitConfig);
  const last = bitConfig.stages.at(-1)!.channels;
  const projection = embeddings.linear("projection", last, d, { stored: [d, last, 1, 1], coarsest: "none" });
  const { leading, positions } = positionWeights(embeddings, config);
  const blocks = vitBlocks(scope, config);
  return (ops, pixels) => {
    const grid = gridOf(pixels);
    const features = maps(ops, pixels);
    const patches = ops.pointwise(features.at(-1)!, projection);
    const placed = ops.resize(ops.graph.weight(positions!), grid, "bilinear", { alignCorners: false });
    const tokens = prependClassToken(ops, patches, leading, placed);
    return { taps: [...features.slice(0, MAPS), ...encoderTaps(ops, tokens, blocks, heads, taps)], grid };
  };
}

/** BiT rounds sides up and the table of positions rounds them down: both have the same grid for whole patches only. */
function gridOf({ shape }: Tensor) {
  const [, , height, width] = shape as [number, number, number, number];
  if (height % PATCH !== 0 || width % PATCH !== 0) {
    const want = `want a picture for the hybrid whose sides are multiples of ${PATCH}`;
    throw new UsageError(`forward: ${want}, got ${width}x${height}. Resize it first, or give a size.`);
  }
  return { height: height / PATCH, width: width / PATCH };
}
