import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { TensorSpec } from "../../src/runtime/graph/tensor.ts";

const scalars = (length: number): TensorSpec => ({ shape: [length], dtype: "f32" });

/** A kernel by its sizes alone, for graphs that never run. */
export function kernelOf(inputLengths: readonly number[], outputLength: number, label = "kernel"): Kernel {
  const [inputs, output] = [inputLengths.map(scalars), scalars(outputLength)];
  return { label, inputs, output, code: "", workgroups: [1, 1, 1], flops: 0 };
}

/** `y[i] = x₀[i] + x₁[i] + … + offset`, for graphs that run. */
export function sumKernel(inputs: number, length: number, offset = 0): Kernel {
  const names = Array.from({ length: inputs }, (_, i) => `x${i}`);
  const declare = (name: string, binding: number, access: string) =>
    `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<f32, ${length}>;`;
  return {
    ...kernelOf(Array(inputs).fill(length), length, `sum ${inputs} of ${length} + ${offset}`),
    code: `
      ${names.map((name, i) => declare(name, i, "read")).join("\n")}
      ${declare("y", inputs, "read_write")}
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < ${length}u) { y[id.x] = ${names.map((name) => `${name}[id.x] + `).join("")}${offset}f; }
      }`,
    workgroups: [Math.ceil(length / 64), 1, 1],
  };
}
