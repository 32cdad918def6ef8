import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { multipleOf4 } from "./shared/pack.ts";
import { product } from "./shared/product.ts";
import type { WinogradPlan } from "./shared/winograd-plan.ts";
import { winogradPoints } from "./shared/winograd-transforms.ts";

/**
 * Second of the three steps of a Winograd convolution: 16 or 36 products `M = V · U`, one dispatch.
 *
 * V `[(m + 2)² · P, C]` in f32, weight `[(m + 2)² · C, O]` as `packConv2d` makes it of `winogradFilters`, M
 * `[(m + 2)² · P, O]` in f32. C and O are filled up to multiples of 4. f32 also where the model stores f16: V grows to 20
 * times the largest pixel, and what is lost by rounding V and M to f16 would come on top of the weight's rounding.
 */
export function winogradProduct({
  side,
  channelsIn,
  channelsOut,
  band,
  precision,
}: WinogradPlan & { readonly precision: Precision }): Kernel {
  const matrices = winogradPoints(side);
  const rows = matrices * band;
  const k = multipleOf4(channelsIn);
  const n = multipleOf4(channelsOut);
  const x: TensorSpec = { shape: [rows, k], dtype: "f32" };
  const output: TensorSpec = { shape: [rows, n], dtype: "f32" };
  return product({
    label: `winogradProduct ${matrices} × [${band}, ${k}]·[${k}, ${n}]`,
    x,
    channelsIn: k,
    taps: 1,
    matrices,
    weightPrecision: precision,
    stored: { batch: 1, rows, channels: n, precision: "f32", output },
    epilogue: {},
    prepareRow: (i) => `let base${i} = m${i} * ${k / 4}u;`,
  });
}
