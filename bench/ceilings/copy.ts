import { grid } from "../../src/kernels/shared/grid.ts";
import { storage } from "../../src/kernels/shared/storage.ts";
import { wgsl } from "../../src/kernels/shared/wgsl.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { TensorSpec } from "../../src/runtime/graph/tensor.ts";

const INVOCATIONS = 256;
/** vec4 that an invocation copies, a workgroup's width apart: neighbours touch neighbouring vec4. */
const EACH = 4;

/** Numbers that a workgroup copies: {@link copy} takes multiples of it. */
export const COPY_BLOCK = 4 * INVOCATIONS * EACH;

/** `y = x`, `[numbers]` f32: what reading and writing memory costs. */
export function copy(numbers: number): Kernel {
  const spec: TensorSpec = { shape: [numbers], dtype: "f32" };
  return everyVector(`copy [${numbers}]`, [spec], numbers, "x[i]");
}

/** `y[i] = i mod 2^20`, `[numbers]` f32: something to copy that was never uploaded. */
export function ramp(numbers: number): Kernel {
  return everyVector(
    `ramp [${numbers}]`,
    [],
    numbers,
    "vec4f((4u * vec4u(i) + vec4u(0u, 1u, 2u, 3u)) & vec4u(0xfffffu))",
  );
}

/** What {@link ramp} writes at `i`. */
export function rampNumber(i: number): number {
  return i % 2 ** 20;
}

function everyVector(label: string, inputs: readonly TensorSpec[], numbers: number, value: string): Kernel {
  const output: TensorSpec = { shape: [numbers], dtype: "f32" };
  const { workgroups, index } = grid(numbers / COPY_BLOCK);
  const code = wgsl`
    ${inputs[0] ? storage(0, "read", "x", inputs[0], 4) : ""}
    ${storage(inputs.length, "read_write", "y", output, 4)}

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      for (var k = 0u; k < ${EACH}u; k++) {
        let i = (group * ${EACH}u + k) * ${INVOCATIONS}u + lane;
        y[i] = ${value};
      }
    }`;
  return { label, inputs, output, code, workgroups, flops: 0 };
}

/** `y[i] = x[i · numbers / places]`: few numbers of many, to see whether they are right. */
export function pickNumbers(numbers: number, places: number): Kernel {
  const x: TensorSpec = { shape: [numbers], dtype: "f32" };
  const output: TensorSpec = { shape: [places], dtype: "f32" };
  const code = wgsl`
    ${storage(0, "read", "x", x, 1)}
    ${storage(1, "read_write", "y", output, 1)}

    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < ${places}u) { y[id.x] = x[id.x * ${Math.floor(numbers / places)}u]; }
    }`;
  return {
    label: `pick ${places} of [${numbers}]`,
    inputs: [x],
    output,
    code,
    workgroups: [Math.ceil(places / 64), 1, 1],
    flops: 0,
  };
}
