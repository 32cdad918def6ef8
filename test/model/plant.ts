import type { Graph } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { TensorSpec } from "../../src/runtime/graph/tensor.ts";

const PLAN: TensorSpec = { shape: [3], dtype: "u32" };
const STEP: TensorSpec = { shape: [1], dtype: "u32" };

/** Writes one word of a tensor, of f32, if its turn has come. */
function plantKernel(output: TensorSpec): Kernel {
  return {
    label: "plant",
    inputs: [PLAN, STEP],
    output,
    code: `
      @group(0) @binding(0) var<storage, read> plan: array<u32, 3>;
      @group(0) @binding(1) var<storage, read> step: array<u32, 1>;
      @group(0) @binding(2) var<storage, read_write> y: array<u32>;
      @compute @workgroup_size(1)
      fn main() {
        if (plan[0] == step[0]) { y[plan[1]] = plan[2]; }
      }`,
    workgroups: [1, 1, 1],
    flops: 0,
  };
}

/**
 * Puts a step behind each dispatch of f32 that overwrites one number of its answer, if the input `plan` says so: which
 * dispatch, which number of it, and the bits to write.
 * @returns those dispatches
 */
export function plantEverywhere(graph: Graph) {
  const dispatches = graph.dispatches.splice(0);
  const plan = graph.input("plan", PLAN);
  for (const [i, dispatch] of dispatches.entries()) {
    graph.dispatches.push(dispatch);
    const { output } = dispatch;
    if (output.dtype !== "f32") continue;
    graph.runInto(output, plantKernel(output), plan, graph.constant("step", Uint32Array.of(i)));
  }
  return [...dispatches.entries()].filter(([, { output }]) => output.dtype === "f32");
}
