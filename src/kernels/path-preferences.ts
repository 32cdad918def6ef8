import type { PathPreference } from "../runtime/paths/path-choices.ts";

/**
 * Which ways to compute are fast on adapters that somebody has measured, as a start: what is measured on the spot comes
 * before it. Elsewhere the guess of the kernels counts.
 */
export const PATH_PREFERENCES: readonly PathPreference[] = [
  // matmul [197, 384]·[384, 1536], processor time by swaps and by registers: 63 and 103 ms, q8 67 and 86, q4 58 and 123.
  { adapter: /swiftshader/i, families: ["subgroup swaps", "registers", "from storage"] },
  // Mesa 26.2, two cores. In f32 attention of 65 tokens by 6 heads: 0.77 ms, with tiles in workgroup memory 1.2. In f16 matmul
  // [65, 1536]·[1536, 384]: 8.1, by subgroup matrices 13.4. By swaps [197, 384]·[384, 1536] took half the processor time in f32 (7.9 ms
  // against 14.4); of f16 nobody knows yet, so they come last.
  { adapter: /llvmpipe|lavapipe/i, families: ["registers", "from storage", "subgroup swaps"] },
];
