import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { rowStride } from "./shared/channels.ts";
import type { Epilogue } from "./shared/epilogue.ts";
import { type Padding, perSide, windowed } from "./shared/padding.ts";
import { product } from "./shared/product.ts";
import type { QuantizedStorage } from "./shared/quantized-storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface Conv2dParams extends Epilogue {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Window of `size × size` taps. */
  readonly size: number;
  readonly stride: number;
  /** Zeros around the image, as many on each side or by side. */
  readonly padding: number | Padding;
  /** Whether the input passes a ReLU on the way in. */
  readonly relu?: boolean;
  readonly precision: Precision;
  /** Of the weight, if not `precision`. */
  readonly weightPrecision?: Precision | undefined;
  /** How the weight is stored if it is quantised, instead. */
  readonly quantized?: QuantizedStorage | undefined;
}

/**
 * `y = activation(conv(relu?(x), W) + bias) + residuals`: torch.nn.Conv2d as an implicit matrix product, one step a tap.
 *
 * x `[N, H, W, C]`, weight `[kh · kw · C, O]` as `packConv2d` makes it, y `[N, H', W', O]`.
 */
export function conv2d(params: Conv2dParams): Kernel {
  const { batch, height, width, channelsIn, channelsOut, size, stride, precision } = params;
  const padding = perSide(params.padding);
  const [outHeight, outWidth] = windowed(params, params, padding);
  const rows = outHeight * outWidth;
  const x: TensorSpec = { shape: [batch, height, width, channelsIn], dtype: precision };
  const output: TensorSpec = { shape: [batch, outHeight, outWidth, channelsOut], dtype: precision };
  const pixelStride = rowStride(channelsIn);
  return product({
    label: `conv2d [${x.shape}] ${size}×${size}${stride > 1 ? `/${stride}` : ""} → ${channelsOut}`,
    x,
    weightPrecision: params.weightPrecision,
    quantized: params.quantized,
    channelsIn,
    relu: params.relu === true,
    taps: size * size,
    stored: { batch, rows, channels: channelsOut, precision, output },
    epilogue: params,
    prepareRow: (i) => wgsl`
      let image${i} = m${i} / ${rows}u * ${height * width}u;
      let top${i} = i32(m${i} % ${rows}u / ${outWidth}u * ${stride}u) - ${padding.top};
      let left${i} = i32(m${i} % ${outWidth}u * ${stride}u) - ${padding.left};`,
    prepareStep: wgsl`
      let down = i32(step / ${size}u);
      let right = i32(step % ${size}u);`,
    // Outside the image a row reads pixel 0 and drops it: a select costs less than a branch around the load. Bitwise &,
    // and unsigned numbers, so that -1 is beyond every size: each && would be a branch, over which SwiftShader merges all
    // 64 sums (compiling took 17 s instead of 0.2 s).
    prepareRowStep: (i) => wgsl`
      let row${i} = top${i} + down;
      let column${i} = left${i} + right;
      let inside${i} = (u32(row${i}) < ${height}u) & (u32(column${i}) < ${width}u);
      let base${i} = select(0u, (image${i} + u32(row${i} * ${width} + column${i})) * ${pixelStride}u, inside${i});`,
    inside: (i) => `inside${i}`,
  });
}
