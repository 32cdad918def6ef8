import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { storeChannels } from "./shared/store-channels.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface PrependClassTokenParams {
  readonly batch: number;
  /** Of the map whose pixels become tokens. */
  readonly height: number;
  readonly width: number;
  /** D. */
  readonly channels: number;
  readonly precision: Precision;
}

/**
 * `[x_class; x₁; x₂; …] + E_pos`: equation 1 of the ViT paper where the patches are vectors already.
 *
 * x `[N, h, w, D]`, class token with its own position already added `[D]` f32, positions of the patches `[1, h, w, D]` →
 * tokens `[N, 1 + h · w, D]`.
 */
export function prependClassToken({ batch, height, width, channels, precision }: PrependClassTokenParams): Kernel {
  const patches = height * width;
  const x: TensorSpec = { shape: [batch, height, width, channels], dtype: precision };
  const vector: TensorSpec = { shape: [multipleOf4(channels)], dtype: "f32" };
  const positions: TensorSpec = { shape: [1, height, width, channels], dtype: precision };
  const tokens: TensorSpec = { shape: [batch, 1 + patches, channels], dtype: precision };
  const lane = lanes(channels);
  const blocks = Math.ceil(channels / 4);
  const count = batch * (1 + patches) * blocks;
  const row = rowStride(channels);
  return {
    label: `prependClassToken [${x.shape.join(", ")}]`,
    inputs: [x, vector, positions],
    output: tokens,
    workgroups: itemWorkgroups(count),
    flops: batch * patches * channels,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lane)}
      ${storage(1, "read", "classToken", vector, 4)}
      ${storage(2, "read", "positions", positions, lane)}
      ${storage(3, "read_write", "tokens", tokens, lane)}
      ${loadChannels("x", channels)}
      ${loadChannels("positions", channels)}
      ${storeChannels("tokens", channels, precision)}

      ${eachItem(count)`
        let c = i % ${blocks}u;
        let m = i / ${blocks}u;
        let image = m / ${1 + patches}u;
        let token = m % ${1 + patches}u;
        var value = classToken[c];
        if (token > 0u) {
          let pixel = token - 1u;
          value = x4((image * ${patches}u + pixel) * ${row}u, c) + positions4(pixel * ${row}u, c);
        }
        tokensStore4(m * ${row}u, c, value);
      `}`,
  };
}
