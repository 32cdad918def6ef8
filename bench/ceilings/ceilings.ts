import type { Precision } from "../../src/runtime/graph/tensor.ts";
import type { SubgroupMatrix } from "../../src/runtime/graph/traits.ts";

/** What an adapter can do at most, as measured on it. */
export interface Ceilings {
  /** Bytes a second that a copy reads and writes, in buffers much larger than caches. */
  readonly bandwidth: number;
  /** FLOP/s of multiply-adds of f32. */
  readonly f32: number;
  /** The same of f16, where there is f16. */
  readonly f16?: number;
  /** FLOP/s of products of subgroup matrices, where there are any. */
  readonly matrices: readonly (SubgroupMatrix & { readonly rate: number })[];
}

/**
 * FLOP/s that arithmetic allows a kernel whose operands are stored like this: the fastest unit that takes them. A
 * kernel that stores f16 may compute in either.
 */
export function arithmeticCeiling({ f32, f16, matrices }: Ceilings, precision: Precision): number {
  const own = matrices.filter(({ componentType }) => componentType === precision || precision === "f16");
  const half = precision === "f16" ? (f16 ?? 0) : 0;
  return Math.max(f32, half, ...own.map(({ rate }) => rate));
}

/**
 * The roofline (Williams et al., 2009): FLOP/s that arithmetic or memory allows, whichever is less.
 * @param work operations, and each byte that has to be moved once
 */
export function roofline(
  ceilings: Ceilings,
  precision: Precision,
  { flops, bytes }: { readonly flops: number; readonly bytes: number },
): number {
  return Math.min(arithmeticCeiling(ceilings, precision), (flops / bytes) * ceilings.bandwidth);
}
