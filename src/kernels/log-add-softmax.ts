import type { Kernel } from "../runtime/graph/kernel.ts";
import type { TensorSpec } from "../runtime/graph/tensor.ts";
import { grid } from "./shared/grid.ts";
import { isNotFinite } from "./shared/not-finite.ts";
import { storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;

export interface LogAddSoftmaxParams {
  readonly rows: number;
  readonly channels: number;
  /** Whether there is a sum to add to. */
  readonly adds: boolean;
}

/**
 * `y = ln(exp(sum) + softmax(x))` for each row of x `[rows, channels]`, with `sum` of the same shape if there is one →
 * `[rows, channels]`, all in f32. So probabilities add up as logits do not, and stay logarithms: their softmax is the
 * mean of the probabilities, whatever their number. `ln(eᵃ + eᵇ) = max(a, b) + ln(1 + exp(−|a − b|))`.
 */
export function logAddSoftmax({ rows, channels, adds }: LogAddSoftmaxParams): Kernel {
  const x: TensorSpec = { shape: [rows, channels], dtype: "f32" };
  const { workgroups, index } = grid(Math.ceil(rows / INVOCATIONS));
  const code = wgsl`
    ${storage(0, "read", "x", x, 1)}
    ${adds ? storage(1, "read", "sum", x, 1) : ""}
    ${storage(adds ? 2 : 1, "read_write", "output", x, 1)}

    ${isNotFinite}

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let row = group * ${INVOCATIONS}u + lane;
      if (row >= ${rows}u) { return; }
      let begin = row * ${channels}u;
      let end = begin + ${channels}u;
      // A maximum drops NaN, and exp(NaN) is a number in some drivers: the sum of all keeps it.
      var trace = x[begin];
      var most = x[begin];
      for (var i = begin + 1u; i < end; i++) {
        trace += x[i];
        most = max(most, x[i]);
      }
      var total = 0.0;
      for (var i = begin; i < end; i++) { total += exp(x[i] - most); }
      let shift = select(most + log(total), trace, isNotFinite(trace));
      for (var i = begin; i < end; i++) {
        let a = x[i] - shift;
        #if ${adds}
          let b = sum[i];
          let both = a + b;
          output[i] = select(max(a, b) + log(1.0 + exp(-abs(a - b))), both, isNotFinite(both));
        #else
          output[i] = a;
        #endif
      }
    }`;
  return {
    label: `logAddSoftmax [${rows}, ${channels}]${adds ? " + sum" : ""}`,
    inputs: adds ? [x, x] : [x],
    output: x,
    code,
    workgroups,
    flops: rows * channels * (adds ? 9 : 5),
  };
}
