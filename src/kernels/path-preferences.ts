import type { PathPreference } from "../runtime/paths/path-choices.ts";

/**
 * Which ways to compute are fast on adapters that somebody has measured, as a start: what is measured on the spot comes
 * before it. Elsewhere the guess of the kernels counts.
 */
export const PATH_PREFERENCES: readonly PathPreference[] = [
  // matmul [197, 384]·[384, 1536]: 62 ms of processor time, by registers 87.
  { adapter: /swiftshader/i, families: ["subgroup swaps", "registers", "from storage"] },
  // Mesa 26.2, two cores. In f32 matmul [65, 384]·[384, 1152]: 2.8 ms, by subgroup broadcast 3.3; attention of 65 tokens by
  // 6 heads 0.77, with tiles in workgroup memory 1.2. In f16 matmul [65, 1536]·[1536, 384]: 8.1, by subgroup matrices 13.4.
  { adapter: /llvmpipe|lavapipe/i, families: ["registers", "from storage", "subgroup swaps"] },
];
