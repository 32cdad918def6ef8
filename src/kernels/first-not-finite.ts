import type { Kernel } from "../runtime/kernel.ts";
import { elementCount, type Precision, type Shape, type TensorSpec } from "../runtime/tensor.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 256;

/** What stands for "none so far" in the index of {@link firstNotFinite}. */
export const ALL_FINITE = 0xffffffff;

export interface FirstNotFiniteParams {
  readonly shape: Shape;
  readonly dtype: Precision;
}

/**
 * One step of the search for the first tensor with NaN or infinity: x of any shape, `found [2]` = (index of the first
 * such tensor or {@link ALL_FINITE}, tensors seen) → the same with x seen too. Begin with `[ALL_FINITE, 0]`.
 *
 * Looks at bits, for no shader compiler has to know of NaN; so it needs no feature for f16 either. One workgroup reads
 * all of x: it only runs after something has gone wrong.
 */
export function firstNotFinite({ shape, dtype }: FirstNotFiniteParams): Kernel {
  const count = elementCount(shape);
  const perWord = dtype === "f32" ? 1 : 2;
  const words = Math.ceil(count / perWord);
  const hasFiller = count % perWord > 0;
  const found: TensorSpec = { shape: [2], dtype: "u32" };
  const code = wgsl`
    @group(0) @binding(0) var<storage, read> x: array<u32, ${words}>;
    @group(0) @binding(1) var<storage, read> found: array<u32, 2>;
    @group(0) @binding(2) var<storage, read_write> output: array<u32, 2>;

    var<workgroup> broken: atomic<u32>;

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(local_invocation_index) lane: u32) {
      var count = 0u;
      for (var i = lane; i < ${words}u; i += ${INVOCATIONS}u) {
        let word = x[i];
        #if ${dtype === "f32"}
        count += u32((word & 0x7f800000u) == 0x7f800000u);
        #else
        count += u32((word & 0x7c00u) == 0x7c00u);
        let high = u32((word & 0x7c000000u) == 0x7c000000u);
        count += ${hasFiller ? `select(high, 0u, i == ${words - 1}u)` : "high"};
        #endif
      }
      if (count > 0u) { atomicStore(&broken, 1u); }
      workgroupBarrier();
      if (lane > 0u) { return; }
      let isFirst = (atomicLoad(&broken) > 0u) & (found[0] == ${ALL_FINITE}u);
      output[0] = select(found[0], found[1], isFirst);
      output[1] = found[1] + 1u;
    }`;
  return {
    label: `firstNotFinite [${shape.join(", ")}]`,
    inputs: [{ shape, dtype }, found],
    output: found,
    code,
    workgroups: [1, 1, 1],
    flops: 0,
  };
}
