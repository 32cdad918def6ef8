import { type Grid, grid } from "./grid.ts";
import type { WeightLoads } from "./load-weight.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/**
 * A matrix product `y[m, n] = Σ_k a(m, k) · weight[k, n]` whose left side is given by WGSL text. How it is cut into tiles
 * is another file's: `registerTile`, `quadTile`, `workgroupTile`, `matrixTile`.
 */
export interface TiledProduct {
  readonly m: number;
  /** Products of this shape one below the other, each with a weight of its own, also one below the other; 1 if left out. */
  readonly matrices?: number;
  /** Columns of the weight, a multiple of 4. */
  readonly n: number;
  /** `k = 4 · depth · steps`: an outer loop over `steps` (the taps of a convolution), an inner one over `depth` vec4. */
  readonly steps: number;
  readonly depth: number;
  /**
   * Parts that the sum over k is cut into, a workgroup each (split-K); 1 if left out. The sums of part p are then stored
   * as rows `p · m …`. Not with several matrices.
   */
  readonly parts?: number;
  /** Statements before the loops for row `i` of the tile, whose index is `m${i}`, already clamped to the matrix. */
  readonly prepareRow: (i: number) => string;
  /** Statements at the start of step `step`, before and for each row. */
  readonly prepareStep?: string;
  readonly prepareRowStep?: (i: number) => string;
  /** `vec4f` expression: `a(m, k)` of row `i` for the four `k` of `c` in this step. */
  readonly load: (i: number) => string;
  readonly weight: WeightLoads;
  /** Statements that store `weight.sum` of row `m: u32` and columns `4·n4 …`; `n4: u32` is inside the matrix. */
  readonly store: string;
}

/** A product whose left side can also be loaded number by number. */
export interface FineProduct extends TiledProduct {
  /** `f32` expression: `a(m, 4 · c + k)` of row `i`; k is a `u32` expression below 4. */
  readonly loadOne: (i: number, k: string) => string;
}

/** Such a product as WGSL: declarations with the entry point `main`, and its workgroups. */
export interface TiledKernel {
  readonly main: string;
  readonly workgroups: readonly [number, number, number];
}

/** What all ways to tile share, as WGSL text. */
export interface Frame {
  /** `fn store(m, end, n4, sum)`: stores a sum that is inside the matrix. */
  readonly storeFunction: string;
  /**
   * Statements that declare `group`, `above` (first row of the workgroup's matrix), `end` (behind its last), `quadsAbove`
   * (rows of the weight above it, in fours) and `partAbove` (rows of the output above those of its part).
   */
  readonly begin: string;
  /** Bounds of the loops, as expressions. */
  readonly steps: readonly [string, string];
  readonly quads: readonly [string, string];
  readonly workgroups: readonly [number, number, number];
}

/**
 * The frame of a product cut into `tiles` tiles; an inner loop that takes `stride` quads at a time is cut into parts at
 * multiples of that.
 */
export function frame(product: TiledProduct, tiles: number, stride = 1): Frame {
  const { m, matrices = 1, parts = 1, n, steps, depth } = product;
  const { workgroups, index }: Grid = grid(tiles);
  const [x, y] = workgroups;
  const isCut = parts > 1;
  // A convolution is cut between taps, a plain product between quads.
  const bySteps = isCut && steps > 1;
  const whole = bySteps ? steps : depth;
  const unit = bySteps ? 1 : stride;
  const share = Math.ceil(whole / parts / unit) * unit;
  const cut = ["firstOfPart", "endOfPart"] as const;
  return {
    storeFunction: wgsl`
      fn store(m: u32, end: u32, n4: u32, sum: vec4f) {
        if (m >= end || n4 >= ${n / 4}u) { return; }
        ${product.store}
      }`,
    begin: wgsl`
      ${index}
      #if ${matrices > 1}
      let above = workgroup.z * ${m}u;
      let quadsAbove = workgroup.z * ${steps * depth}u;
      #else
      const above = 0u;
      const quadsAbove = 0u;
      #endif
      let end = above + ${m}u;
      #if ${isCut}
      let partAbove = workgroup.z * ${m}u;
      let firstOfPart = min(workgroup.z * ${share}u, ${whole}u);
      let endOfPart = min(firstOfPart + ${share}u, ${whole}u);
      #else
      const partAbove = 0u;
      #endif`,
    steps: bySteps ? cut : ["0u", `${steps}u`],
    quads: isCut && !bySteps ? cut : ["0u", `${depth}u`],
    workgroups: [x, y, matrices * parts],
  };
}

/** `count` pieces of work, each a text for those from `lane + first` on, shared among the invocations of a workgroup. */
export function share(count: number, invocations: number, text: (first: number) => string): string {
  return unroll(Math.ceil(count / invocations), (i) => {
    const first = i * invocations;
    return first + invocations <= count ? text(first) : `if (lane < ${count - first}u) ${text(first)}`;
  });
}
