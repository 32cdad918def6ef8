import type { Kernel } from "../runtime/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import {
  type Epilogue,
  epilogueDeclarations,
  epilogueInputs,
  epilogueLabel,
  epilogueStore,
} from "./shared/epilogue.ts";
import { multipleOf4, packedShape } from "./shared/pack.ts";
import { chooseTile, registerTile } from "./shared/register-tile.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface MatmulParams extends Epilogue {
  readonly batch: number;
  /** Rows of each image that are multiplied. */
  readonly rows: number;
  /** Rows that each image has in memory, if not `rows`, and which of them is the first one taken. */
  readonly select?: { readonly of: number; readonly first: number };
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly precision: Precision;
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
  const m = batch * rows;
  const x: TensorSpec = { shape: [batch, of, k], dtype: precision };
  const weight: TensorSpec = { shape: packedShape(1, k, n), dtype: precision };
  const output: TensorSpec = { shape: [batch, rows, n], dtype: precision };
  const stored = { batch, rows, channels: n, precision, output };
  const stride = rowStride(k);
  const { main, workgroups } = registerTile({
    m,
    n: multipleOf4(n),
    steps: 1,
    depth: multipleOf4(k) / 4,
    tile: chooseTile(m, multipleOf4(n)),
    prepareRow: (i) =>
      of === rows
        ? `let base${i} = m${i} * ${stride}u;`
        : `let base${i} = (m${i} / ${rows}u * ${of}u + ${first}u + m${i} % ${rows}u) * ${stride}u;`,
    load: (i) => `x4(base${i}, c)`,
    store: epilogueStore(params, stored),
  });
  return {
    label: `matmul [${m}, ${k}]·[${k}, ${n}]${epilogueLabel(params)}`,
    inputs: [x, weight, ...epilogueInputs(params, stored)],
    output,
    workgroups,
    flops: 2 * m * n * k,
    code: wgsl`
      ${enable(precision)}
      ${storage(0, "read", "x", x, lanes(k))}
      ${storage(1, "read", "weight", weight, 4)}
      ${epilogueDeclarations(params, stored, 2)}
      ${loadChannels("x", k)}
      ${main}`,
  };
}
