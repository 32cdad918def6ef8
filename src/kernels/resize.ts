import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels } from "./shared/channels.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { storeChannels } from "./shared/store-channels.ts";
import { wgsl } from "./shared/wgsl.ts";

/** Of PyTorch's bicubic interpolation. */
const A = -0.75;

export interface ResizeParams {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly mode: "bilinear" | "bicubic";
  /** Whether the centres of the corner pixels stay where they are, rather than the outer edges of the map. */
  readonly alignCorners: boolean;
  readonly precision: Precision;
}

/**
 * x `[N, h, w, C]` → y `[N, H, W, C]`: torch.nn.functional.interpolate(size=(H, W), mode, align_corners) without
 * antialiasing, on channels last.
 *
 * Along each axis output i comes from position `i · (in − 1) / (out − 1)` (corners aligned) or
 * `(i + ½) · in / out − ½`, in float32 as in PyTorch; taps beyond the border count for the border. The same size gives
 * the same numbers, to the bit.
 */
export function resize(params: ResizeParams): Kernel {
  const { batch, height, width, channels, outHeight, outWidth, mode, alignCorners, precision } = params;
  const x: TensorSpec = { shape: [batch, height, width, channels], dtype: precision };
  const y: TensorSpec = { shape: [batch, outHeight, outWidth, channels], dtype: precision };
  const lane = lanes(channels);
  const pixel = channels / lane;
  const blocks = Math.ceil(channels / 4);
  const count = batch * outHeight * outWidth * blocks;
  const taps = mode === "bilinear" ? 2 : 4;
  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "x", x, lane)}
    ${storage(1, "read_write", "y", y, lane)}
    ${loadChannels("x", channels)}
    ${storeChannels("y", channels, precision)}

    struct Taps { at: vec${taps}u, weight: vec${taps}f }

    #if ${mode === "bilinear"}
    ${BILINEAR}
    #else
    ${BICUBIC}
    #endif

    ${eachItem(count)`
      let c = i % ${blocks}u;
      let place = i / ${blocks}u;
      let line = place / ${outWidth}u;
      let row = f32(line % ${outHeight}u);
      let column = f32(place % ${outWidth}u);
      let rows = taps(${source("row", height, outHeight, alignCorners)}, ${height - 1});
      let columns = taps(${source("column", width, outWidth, alignCorners)}, ${width - 1});
      let top = line / ${outHeight}u * ${height}u;
      var sum = vec4f();
      for (var r = 0u; r < ${taps}u; r++) {
        let start = (top + rows.at[r]) * ${width}u;
        var across = vec4f();
        for (var s = 0u; s < ${taps}u; s++) {
          across += columns.weight[s] * x4((start + columns.at[s]) * ${pixel}u, c);
        }
        sum += rows.weight[r] * across;
      }
      yStore4(place * ${pixel}u, c, sum);
    `}`;
  return {
    label: `resize ${mode} [${x.shape.join(", ")}] → [${outHeight}, ${outWidth}]`,
    inputs: [x],
    output: y,
    code,
    workgroups: itemWorkgroups(count),
    // Each row of taps is a sum, and so are the rows.
    flops: 2 * (taps * taps + taps) * batch * outHeight * outWidth * channels,
  };
}

/** WGSL expression: the position in the input of output `i`, a `f32` expression. */
function source(i: string, inSize: number, outSize: number, alignCorners: boolean): string {
  if (alignCorners) return wgsl`${i} * ${Math.fround(outSize > 1 ? (inSize - 1) / (outSize - 1) : 0)}`;
  return wgsl`(${i} + 0.5) * ${Math.fround(inSize / outSize)} - 0.5`;
}

const BILINEAR = wgsl`
    fn taps(position: f32, last: i32) -> Taps {
      let inside = max(position, 0.0);
      let first = min(i32(inside), last);
      let t = min(inside - f32(first), 1.0);
      return Taps(vec2u(vec2i(first, min(first + 1, last))), vec2f(1.0 - t, t));
    }`;

const BICUBIC = wgsl`
    fn taps(position: f32, last: i32) -> Taps {
      let first = floor(position);
      let t = position - first;
      let near = vec2f(t, 1.0 - t);
      let far = near + 1.0;
      let inner = ((${A + 2}) * near - (${A + 3})) * near * near + 1.0;
      let outer = ((${A} * far - (${5 * A})) * far + (${8 * A})) * far - (${4 * A});
      let at = clamp(vec4i(i32(first)) + vec4i(-1, 0, 1, 2), vec4i(), vec4i(last));
      return Taps(vec4u(at), vec4f(outer.x, inner.x, inner.y, outer.y));
    }`;
