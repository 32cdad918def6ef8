import type { Kernel } from "../runtime/graph/kernel.ts";
import { elementCount, type Precision, type Shape, type TensorSpec } from "../runtime/graph/tensor.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 256;

export interface LargestMagnitudeParams {
  readonly shape: Shape;
  readonly dtype: Precision;
  /** How many tensors are looked at, at most. */
  readonly looks: number;
}

/**
 * One step of the search for numbers that are too large: x of any shape, `seen [1 + looks]` u32 = the number of tensors
 * looked at, and of each the bits of its largest magnitude → the same with x looked at too. The largest of what has NaN or
 * infinity in it has their exponent: bits of magnitudes are ordered as the magnitudes are, and NaN comes last.
 *
 * Looks at bits, for no shader compiler has to know of NaN; so it needs no feature for f16 either. One workgroup reads
 * all of x: it only runs after something has gone wrong.
 */
export function largestMagnitude({ shape, dtype, looks }: LargestMagnitudeParams): Kernel {
  const count = elementCount(shape);
  const perWord = dtype === "f32" ? 1 : 2;
  const words = Math.ceil(count / perWord);
  const hasFiller = count % perWord > 0;
  const seen: TensorSpec = { shape: [1 + looks], dtype: "u32" };
  const code = wgsl`
    @group(0) @binding(0) var<storage, read> x: array<u32, ${words}>;
    @group(0) @binding(1) var<storage, read> seen: array<u32, ${1 + looks}>;
    @group(0) @binding(2) var<storage, read_write> output: array<u32, ${1 + looks}>;

    var<workgroup> largest: atomic<u32>;

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(local_invocation_index) lane: u32) {
      var own = 0u;
      for (var i = lane; i < ${words}u; i += ${INVOCATIONS}u) {
        let word = x[i];
        #if ${dtype === "f32"}
        own = max(own, word & 0x7fffffffu);
        #else
        own = max(own, word & 0x7fffu);
        let high = (word >> 16u) & 0x7fffu;
        own = max(own, ${hasFiller ? `select(high, 0u, i == ${words - 1}u)` : "high"});
        #endif
      }
      atomicMax(&largest, own);
      workgroupBarrier();
      let place = 1u + seen[0];
      for (var i = lane; i < ${1 + looks}u; i += ${INVOCATIONS}u) {
        var bits = seen[i];
        if (i == 0u) { bits = place; }
        if (i == place) { bits = atomicLoad(&largest); }
        output[i] = bits;
      }
    }`;
  return {
    label: `largestMagnitude [${shape.join(", ")}]`,
    inputs: [{ shape, dtype }, seen],
    output: seen,
    code,
    workgroups: [1, 1, 1],
    flops: 0,
  };
}
