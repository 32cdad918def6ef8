import { storage } from "../../src/kernels/shared/storage.ts";
import { unroll } from "../../src/kernels/shared/unroll.ts";
import { wgsl } from "../../src/kernels/shared/wgsl.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { TensorSpec } from "../../src/runtime/graph/tensor.ts";
import type { SubgroupMatrix } from "../../src/runtime/graph/traits.ts";

/** Sums of a subgroup, each a matrix: enough that no product waits for the one before it. */
const SUMS = 8;
/** Products in a row. */
const STEPS = 512;
/** Invocations of a workgroup, if a subgroup is not larger. */
const INVOCATIONS = 128;

/** What {@link subgroupMatrix} reads: the elements of the left and of the right factor, with K · left · right = 1. */
export function subgroupMatrixInput({ K }: SubgroupMatrix): Float32Array {
  return Float32Array.of(1 / K, 1, 0, 0);
}

/**
 * Chains of `sum = left · right + sum` on subgroup matrices. Matrix i of a subgroup starts with i everywhere and grows by
 * 1 a step, so all values are whole numbers below 2048 and exact, even in f16.
 *
 * input `[4]` f32 → y `[workgroups, 2]` f32, of each workgroup the sum of all elements of its matrices
 * ({@link subgroupMatrixSum}), and how many subgroups it had: a device may choose that when it compiles, so only the
 * answer tells how many operations there were. `flops` is for one subgroup a workgroup.
 * @param lanes the device's subgroupMaxSize, of which a workgroup must be a multiple
 * @param workgroups at most 65,535
 */
export function subgroupMatrix(config: SubgroupMatrix, lanes: number, workgroups: number): Kernel {
  const { componentType: from, resultComponentType: to, M, N, K } = config;
  const input: TensorSpec = { shape: [4], dtype: "f32" };
  const output: TensorSpec = { shape: [workgroups, 2], dtype: "f32" };
  const invocations = Math.max(INVOCATIONS, lanes);
  const elements = M * N;
  // No device has subgroups of less than 4.
  const most = invocations / 4;
  const code = wgsl`
    enable subgroups;
    enable chromium_experimental_subgroup_matrix;
    #if ${from === "f16" || to === "f16"}
    enable f16;
    #endif
    // The analysis knows the workgroup alone; each subgroup stores to a place of its own.
    diagnostic(off, chromium.subgroup_matrix_uniformity);
    ${storage(0, "read", "input", input, 4)}
    ${storage(1, "read_write", "y", output, 1)}

    alias Left = subgroup_matrix_left<${from}, ${K}, ${M}>;
    alias Right = subgroup_matrix_right<${from}, ${N}, ${K}>;
    alias Sum = subgroup_matrix_result<${to}, ${N}, ${M}>;

    var<workgroup> elements: array<${to}, ${most * elements}>;
    var<workgroup> totals: array<f32, ${invocations}>;

    @compute @workgroup_size(${invocations})
    fn main(
      @builtin(workgroup_id) workgroup: vec3u,
      @builtin(local_invocation_index) lane: u32,
      @builtin(subgroup_id) subgroup: u32,
      @builtin(subgroup_size) size: u32,
    ) {
      let subgroups = ${invocations}u / size;
      let left = Left(${from}(input[0].x));
      let right = Right(${from}(input[0].y));
      ${unroll(SUMS, (i) => `var sum${i} = Sum(${to}(${i}));`)}
      for (var step = 0u; step < ${STEPS}u; step++) {
        ${unroll(SUMS, (i) => `sum${i} = subgroupMatrixMultiplyAccumulate(left, right, sum${i});`)}
      }
      var total = 0.0;
      ${unroll(
        SUMS,
        (i) => wgsl`
          subgroupMatrixStore<row_major>(&elements, subgroup * ${elements}u, sum${i}, ${N}u);
          workgroupBarrier();
          for (var e = lane; e < subgroups * ${elements}u; e += ${invocations}u) { total += f32(elements[e]); }
          workgroupBarrier();`,
      )}
      totals[lane] = total;
      workgroupBarrier();
      if (lane > 0u) { return; }
      for (var i = 1u; i < ${invocations}u; i++) { total += totals[i]; }
      y[2u * workgroup.x] = total;
      y[2u * workgroup.x + 1u] = f32(subgroups);
    }`;
  return {
    label: `subgroup matrix ${describeConfig(config)}, ${workgroups} workgroups`,
    inputs: [input],
    output,
    code,
    workgroups: [workgroups, 1, 1],
    flops: 2 * M * N * K * SUMS * STEPS * workgroups,
  };
}

/** What a workgroup of {@link subgroupMatrix} with this many subgroups sums up to: a whole number below 2^24. */
export function subgroupMatrixSum({ M, N }: SubgroupMatrix, subgroups: number): number {
  return subgroups * M * N * (SUMS * STEPS + (SUMS * (SUMS - 1)) / 2);
}

/** `f16 → f32 16×16×16`: the types, and M×N×K. */
export function describeConfig({ componentType, resultComponentType, M, N, K }: SubgroupMatrix): string {
  return `${componentType} → ${resultComponentType} ${M}×${N}×${K}`;
}
