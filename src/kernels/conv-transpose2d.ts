import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { rowStride } from "./shared/channels.ts";
import { product } from "./shared/product.ts";
import type { QuantizedStorage } from "./shared/quantized-storage.ts";

export interface ConvTranspose2dParams {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Window and stride at once: every output pixel has exactly one input pixel. */
  readonly size: number;
  readonly precision: Precision;
  /** Of the weight, if not `precision`. */
  readonly weightPrecision?: Precision | undefined;
  /** How the weight is stored if it is quantised, instead. */
  readonly quantized?: QuantizedStorage | undefined;
}

/**
 * `y[b, s·i + u, s·j + v] = x[b, i, j] · W[u, v] + bias`: torch.nn.ConvTranspose2d whose stride is its window, a matrix
 * product with `s²` matrices side by side and a scattered store.
 *
 * x `[N, H, W, C]`, weight `[C, s · s · O]` as `packConvTranspose2d` makes it, bias `[s · s · O]` repeated for each tap,
 * y `[N, s · H, s · W, O]`.
 */
export function convTranspose2d(params: ConvTranspose2dParams): Kernel {
  const { batch, height, width, channelsIn, channelsOut, size, precision } = params;
  const n = size * size * channelsOut;
  const x: TensorSpec = { shape: [batch, height, width, channelsIn], dtype: precision };
  const output: TensorSpec = { shape: [batch, size * height, size * width, channelsOut], dtype: precision };
  const line = `(m / ${width}u * ${size}u + n / ${size * channelsOut}u)`;
  const column = `(m % ${width}u * ${size}u + n / ${channelsOut}u % ${size}u)`;
  const place = `(${line} * ${size * width}u + ${column}) * ${channelsOut}u + n % ${channelsOut}u`;
  const stride = rowStride(channelsIn);
  return product({
    label: `convTranspose2d [${x.shape}] ${size}×${size}/${size} → ${channelsOut}`,
    x,
    weightPrecision: params.weightPrecision,
    quantized: params.quantized,
    channelsIn,
    taps: 1,
    stored: { batch, rows: height * width, channels: n, precision, output, place, run: channelsOut },
    epilogue: { bias: "channel" },
    prepareRow: (i) => `let base${i} = m${i} * ${stride}u;`,
  });
}
