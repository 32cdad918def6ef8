import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { type Padding, windowed } from "./shared/padding.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { storeChannels } from "./shared/store-channels.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface MaxPool2dParams {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Window of `size × size` pixels. */
  readonly size: number;
  readonly stride: number;
  /** Zeros around the image, which count as numbers. */
  readonly padding: Padding;
  readonly precision: Precision;
}

/**
 * The largest number of each window: x `[N, H, W, C]` → y `[N, H', W', C]`, torch.nn.MaxPool2d of a map that
 * torch.nn.functional.pad has filled up with zeros, as transformers' BitMaxPool2d does it. (MaxPool2d's own padding is
 * minus infinity.) A window with NaN or an infinity gives one of them, minus infinity
 * too: it stands for a number that was too large somewhere.
 */
export function maxPool2d(params: MaxPool2dParams): Kernel {
  const { batch, height, width, channels, size, stride, padding, precision } = params;
  const [outHeight, outWidth] = windowed(params, params, padding);
  const x: TensorSpec = { shape: [batch, height, width, channels], dtype: precision };
  const y: TensorSpec = { shape: [batch, outHeight, outWidth, channels], dtype: precision };
  const blocks = Math.ceil(channels / 4);
  const count = batch * outHeight * outWidth * blocks;
  const tap = (i: number) => `tap(image, top + ${Math.floor(i / size)}, left + ${i % size}, c)`;
  return {
    label: `maxPool2d [${x.shape}] ${size}×${size}/${stride}`,
    inputs: [x],
    output: y,
    workgroups: itemWorkgroups(count),
    flops: (size * size - 1) * batch * outHeight * outWidth * channels,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lanes(channels))}
      ${storage(1, "read_write", "y", y, lanes(channels))}
      ${loadChannels("x", channels)}
      ${storeChannels("y", channels, precision)}

      fn tap(image: u32, row: i32, column: i32, c: u32) -> vec4f {
        let inside = (u32(row) < ${height}u) & (u32(column) < ${width}u);
        let base = select(0u, (image * ${height * width}u + u32(row * ${width} + column)) * ${rowStride(channels)}u, inside);
        return select(vec4f(), x4(base, c), inside);
      }
      // By its bits, since a shader compiler may assume that there is no NaN.
      fn isNotFinite(v: vec4f) -> vec4<bool> {
        return (bitcast<vec4u>(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
      }
      fn larger(a: vec4f, b: vec4f) -> vec4f {
        return select(a, b, isNotFinite(b) | ((b > a) & !isNotFinite(a)));
      }

      ${eachItem(count)`
        let c = i % ${blocks}u;
        let place = i / ${blocks}u;
        let image = place / ${outHeight * outWidth}u;
        let top = i32(place / ${outWidth}u % ${outHeight}u * ${stride}u) - ${padding.top};
        let left = i32(place % ${outWidth}u * ${stride}u) - ${padding.left};
        var largest = ${tap(0)};
        ${unroll(size * size - 1, (i) => `largest = larger(largest, ${tap(i + 1)});`)}
        yStore4(place * ${rowStride(channels)}u, c, largest);
      `}`,
  };
}
