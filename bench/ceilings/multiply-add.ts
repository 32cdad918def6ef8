import { enable, storage } from "../../src/kernels/shared/storage.ts";
import { unroll } from "../../src/kernels/shared/unroll.ts";
import { wgsl } from "../../src/kernels/shared/wgsl.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../../src/runtime/graph/tensor.ts";

const INVOCATIONS = 256;
/** Multiply-adds in a row. */
const STEPS = 1024;
/** vec4 multiply-adds between two looks at the loop's counter. */
const UNROLLED = 32;

/** What {@link multiplyAdd} reads: the factor and the summand of every step, both 1, which no compiler knows. */
export const MULTIPLY_ADD_INPUT = Float32Array.of(1, 1, 0, 0);

export interface MultiplyAddParams {
  readonly precision: Precision;
  /** vec4 of an invocation, a divisor of 32: with more, fewer multiply-adds wait for the one before; with fewer, no register spills. */
  readonly sums: number;
  /** At most 65,535, of 256 invocations. */
  readonly workgroups: number;
}

/**
 * Chains of `sum = sum · factor + summand` that nothing but arithmetic holds up. Each number of an invocation starts at
 * another whole number and grows by 1 a step, so all values are below 2048 and exact, even in f16.
 *
 * input `[4]` f32 → y `[workgroups · 256]` f32, of each invocation the sum of its numbers ({@link multiplyAddSum}).
 */
export function multiplyAdd({ precision, sums, workgroups }: MultiplyAddParams): Kernel {
  const input: TensorSpec = { shape: [4], dtype: "f32" };
  const output: TensorSpec = { shape: [workgroups * INVOCATIONS], dtype: "f32" };
  const vector = `vec4<${precision}>`;
  const atOnce = UNROLLED / sums;
  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "input", input, 4)}
    ${storage(1, "read_write", "y", output, 1)}

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let factor = ${vector}(${precision}(input[0].x));
      let summand = ${vector}(${precision}(input[0].y));
      // From the invocation's index, so that no compiler finds all invocations alike.
      let first = ${vector}(${precision}(id.x % 4u));
      ${unroll(sums, (i) => `var sum${i} = first + ${vector}(${[0, 1, 2, 3].map((c) => `${4 * i + c}.0`).join(", ")});`)}
      for (var step = 0u; step < ${STEPS / atOnce}u; step++) {
        ${unroll(atOnce, () => unroll(sums, (i) => `sum${i} = sum${i} * factor + summand;`))}
      }
      var total = vec4f();
      ${unroll(sums, (i) => `total += vec4f(sum${i});`)}
      y[id.x] = dot(total, vec4f(1.0));
    }`;
  return {
    label: `multiply-add ${precision}, ${sums} vec4, ${workgroups} workgroups`,
    inputs: [input],
    output,
    code,
    workgroups: [workgroups, 1, 1],
    flops: 2 * 4 * sums * STEPS * workgroups * INVOCATIONS,
  };
}

/** What invocation `id` of {@link multiplyAdd} answers. */
export function multiplyAddSum(id: number, { sums }: MultiplyAddParams): number {
  const numbers = 4 * sums;
  return numbers * ((id % 4) + STEPS) + (numbers * (numbers - 1)) / 2;
}
