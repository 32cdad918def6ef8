import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { unlessOverflown } from "./shared/not-finite.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { storeChannels } from "./shared/store-channels.ts";
import { wgsl } from "./shared/wgsl.ts";
import { tokenInMap, type WindowParams, windowGrid } from "./shared/windows.ts";

export interface CosineWindowsParams extends WindowParams {
  readonly batch: number;
  readonly heads: number;
  /** d: any number; a multiple of 4 is fast. */
  readonly headSize: number;
  /** Whether queries, keys and values have a bias: what they are where the map is filled up with zeros. */
  readonly bias: boolean;
  readonly precision: Precision;
}

/** Below this a vector is divided by it instead of its length: torch.nn.functional.normalize. */
const LEAST_LENGTH = 1e-12;

/**
 * What Swin V2's attention multiplies (Liu et al., arXiv:2111.09883, equation 2; transformers' Swinv2SelfAttention): queries
 * and keys of length 1, so that their product is a cosine, the queries times the head's scale; cut into windows.
 *
 * qkv `[B, H · W, 3 · D]` as attention reads it, scale `[heads]` f32, and where there is a `bias` and the map is filled up
 * that of the three `[3 · D]` f32 → y `[B · windows, M², 3 · D]`.
 *
 * A vector of a head is an invocation's: it is read twice, the second time from the cache. Windows are cut here, behind the
 * product that makes q, k and v and not before it, since products do not mix rows: this pass is needed for the lengths, and
 * moving rows on the way is free. A row of zeros around the map gets what that product makes of zeros, the bias. Its traffic is
 * 6 · D numbers a token, twice what the attention itself reads and writes beside its bias.
 */
export function cosineWindows(params: CosineWindowsParams): Kernel {
  const { batch, height, width, window, shift, heads, headSize, precision } = params;
  const windows = windowGrid(params);
  const hasBias = params.bias && windows.isPadded;
  const x: TensorSpec = { shape: [batch, height * width, 3 * heads * headSize], dtype: precision };
  const scale: TensorSpec = { shape: [heads], dtype: "f32" };
  const biasSpec: TensorSpec = { shape: [multipleOf4(3 * heads * headSize)], dtype: "f32" };
  const y: TensorSpec = { shape: [batch * windows.count, windows.tokens, 3 * heads * headSize], dtype: precision };
  const rows = batch * windows.count * windows.tokens;
  const count = rows * 3 * heads;
  const stride = rowStride(headSize);
  const blocks = Math.ceil(headSize / 4);
  return {
    label: `cosineWindows [${batch}, ${height}, ${width}, ${heads}×${headSize}] ${window}×${window}${shift > 0 ? ` shifted by ${shift}` : ""}`,
    inputs: [x, scale, ...(hasBias ? [biasSpec] : [])],
    output: y,
    workgroups: itemWorkgroups(count),
    // Of an element of q and k: 2 for the length, 1 to normalise.
    flops: 6 * rows * heads * headSize,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lanes(headSize))}
      ${storage(1, "read", "scale", scale, 1)}
      ${hasBias ? storage(2, "read", "bias", biasSpec, lanes(headSize)) : ""}
      ${storage(hasBias ? 3 : 2, "read_write", "y", y, lanes(headSize))}
      ${loadChannels("x", headSize)}
      ${hasBias ? loadChannels("bias", headSize) : ""}
      ${storeChannels("y", headSize, precision)}

      // Four numbers of a vector; where the map is filled up, of what zeros become.
      fn vector4(token: u32, inside: bool, slice: u32, c: u32) -> vec4f {
        if (inside) { return x4((token * ${3 * heads}u + slice) * ${stride}u, c); }
        return ${hasBias ? `bias4(slice * ${stride}u, c)` : "vec4f()"};
      }

      ${eachItem(count)`
        let row = i / ${3 * heads}u;
        let slice = i % ${3 * heads}u;
        ${tokenInMap(params, "row", "token")}
        var factor = 1.0;
        if (slice < ${2 * heads}u) {
          var squares = 0.0;
          for (var c = 0u; c < ${blocks}u; c++) {
            let v = vector4(token, tokenInside, slice, c);
            squares += dot(v, v);
          }
          // Not by max, which drops NaN.
          let length = sqrt(squares);
          let inverse = 1.0 / select(length, ${LEAST_LENGTH}, length < ${LEAST_LENGTH});
          factor = ${unlessOverflown("squares", "inverse", "squares")};
          if (slice < ${heads}u) { factor *= scale[slice]; }
        }
        for (var c = 0u; c < ${blocks}u; c++) {
          yStore4(i * ${stride}u, c, factor * vector4(token, tokenInside, slice, c));
        }
      `}`,
  };
}
