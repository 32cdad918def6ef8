import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, Shape, TensorSpec } from "../runtime/graph/tensor.ts";
import { rowStride } from "./shared/channels.ts";
import type { Epilogue } from "./shared/epilogue.ts";
import { product } from "./shared/product.ts";
import type { QuantizedStorage } from "./shared/quantized-storage.ts";
import { wgsl } from "./shared/wgsl.ts";
import type { WindowedRows } from "./shared/windows.ts";

export interface MatmulParams extends Epilogue {
  readonly batch: number;
  /** Rows of each image that are multiplied. */
  readonly rows: number;
  /** Rows that each image has in memory, if not `rows`, and which of them is the first one taken. */
  readonly select?: { readonly of: number; readonly first: number };
  /** How x is cut into windows, if it is; y is not, and `rows` are the tokens of its maps. */
  readonly windows?: WindowedRows | undefined;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly precision: Precision;
  /** Of the weight, if not `precision`. */
  readonly weightPrecision?: Precision | undefined;
  /** How the weight is stored if it is quantised, instead. */
  readonly quantized?: QuantizedStorage | undefined;
}

/**
 * `y = activation(x · W + bias) + residuals`: torch.nn.Linear, and Conv2d with a 1×1 window.
 *
 * x `[batch, rows, K]`, weight `[K, N]` as `packLinear` makes it, y `[batch, rows, N]`. With `select`, x is
 * `[batch, of, K]` and rows `first …` of each image are taken: tokens without their class token, or that one alone. With
 * `windows`, x is `[batch · windows, M², K]`, and each row is looked up where the windows have it.
 */
export function matmul(params: MatmulParams): Kernel {
  const { batch, rows, channelsIn: k, channelsOut: n, precision } = params;
  const x: TensorSpec = { shape: inputShape(params), dtype: precision };
  const output: TensorSpec = { shape: [batch, rows, n], dtype: precision };
  return product({
    label: `matmul [${batch * rows}, ${k}]·[${k}, ${n}]${params.windows ? " of windows" : ""}`,
    x,
    weightPrecision: params.weightPrecision,
    quantized: params.quantized,
    channelsIn: k,
    taps: 1,
    stored: { batch, rows, channels: n, precision, output },
    epilogue: params,
    prepareRow: (i) => prepareRow(params, i),
  });
}

function inputShape({ batch, rows, select, windows, channelsIn }: MatmulParams): Shape {
  if (!windows) return [batch, select?.of ?? rows, channelsIn];
  return [batch * windows.count, windows.tokens, channelsIn];
}

/** Statements that declare `base<i>`, where row `m<i>` of y has its numbers in x. */
function prepareRow({ rows, select, windows, channelsIn }: MatmulParams, i: number): string {
  const stride = rowStride(channelsIn);
  if (windows) {
    return wgsl`
      ${windows.row(`m${i}`, `row${i}`)}
      let base${i} = row${i} * ${stride}u;`;
  }
  const { of, first } = select ?? { of: rows, first: 0 };
  if (of === rows) return `let base${i} = m${i} * ${stride}u;`;
  return `let base${i} = (m${i} / ${rows}u * ${of}u + ${first}u + m${i} % ${rows}u) * ${stride}u;`;
}
