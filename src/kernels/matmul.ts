import type { Kernel } from "../runtime/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/tensor.ts";
import { rowStride } from "./shared/channels.ts";
import type { Epilogue } from "./shared/epilogue.ts";
import { product } from "./shared/product.ts";
import type { QuantizedFormat } from "./shared/weight-format.ts";

export interface MatmulParams extends Epilogue {
  readonly batch: number;
  /** Rows of each image that are multiplied. */
  readonly rows: number;
  /** Rows that each image has in memory, if not `rows`, and which of them is the first one taken. */
  readonly select?: { readonly of: number; readonly first: number };
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly precision: Precision;
  /** Of the weight, if not `precision`. */
  readonly weightPrecision?: Precision | undefined;
  /** Whether the weight is quantised, instead. */
  readonly quantized?: QuantizedFormat | undefined;
}

/**
 * `y = activation(x · W + bias) + residuals`: torch.nn.Linear, and Conv2d with a 1×1 window.
 *
 * x `[batch, rows, K]`, weight `[K, N]` as `packLinear` makes it, y `[batch, rows, N]`. With `select`, x is
 * `[batch, of, K]` and rows `first …` of each image are taken: tokens without their class token, or that one alone.
 */
export function matmul(params: MatmulParams): Kernel {
  const { batch, rows, channelsIn: k, channelsOut: n, precision } = params;
  const { of, first } = params.select ?? { of: rows, first: 0 };
  const x: TensorSpec = { shape: [batch, of, k], dtype: precision };
  const output: TensorSpec = { shape: [batch, rows, n], dtype: precision };
  const stride = rowStride(k);
  return product({
    label: `matmul [${batch * rows}, ${k}]·[${k}, ${n}]`,
    x,
    weightPrecision: params.weightPrecision,
    quantized: params.quantized,
    channelsIn: k,
    taps: 1,
    stored: { batch, rows, channels: n, precision, output },
    epilogue: params,
    prepareRow: (i) =>
      of === rows
        ? `let base${i} = m${i} * ${stride}u;`
        : `let base${i} = (m${i} / ${rows}u * ${of}u + ${first}u + m${i} % ${rows}u) * ${stride}u;`,
    load: (i) => `x4(base${i}, c)`,
  });
}
