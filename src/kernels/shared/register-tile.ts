import { grid } from "./grid.ts";
import type { WeightLoads } from "./load-weight.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** How a matrix product is cut up: an invocation owns `rows` × `4·columns` sums, a workgroup `x` × `y` invocations. */
export interface Tile {
  readonly rows: number;
  /** In vec4. An invocation's columns lie `x` apart, so that neighbours load neighbouring vec4. */
  readonly columns: number;
  readonly x: number;
  readonly y: number;
}

/** A matrix product `y[m, n] = Σ_k a(m, k) · weight[k, n]` whose left side is given by WGSL text. */
export interface RegisterTileProduct {
  readonly m: number;
  /** Products of this shape one below the other, each with a weight of its own, also one below the other; 1 if left out. */
  readonly matrices?: number;
  /** Columns of the weight, a multiple of 4. */
  readonly n: number;
  /** `k = 4 · depth · steps`: an outer loop over `steps` (the taps of a convolution), an inner one over `depth` vec4. */
  readonly steps: number;
  readonly depth: number;
  readonly tile: Tile;
  /** Statements before the loops for row `i` of the tile, whose index is `m${i}`, already clamped to the matrix. */
  readonly prepareRow: (i: number) => string;
  /** Statements at the start of step `step`, before and for each row. */
  readonly prepareStep?: string;
  readonly prepareRowStep?: (i: number) => string;
  /** `vec4f` expression: `a(m, k)` of row `i` for the four `k` of `c` in this step. */
  readonly load: (i: number) => string;
  readonly weight: WeightLoads;
  /** Statements at the start of the inner loop. */
  readonly prepareLoad?: string;
  /** Statements that store `weight.sum` of row `m: u32` and columns `4·n4 …`; `n4: u32` is inside the matrix. */
  readonly store: string;
}

/** Picks a tile that a matrix of this size fills. */
export function chooseTile(m: number, n: number): Tile {
  // 8 × 8 sums an invocation: 4 multiply-adds a loaded number. SwiftShader, [788, 384]·[384, 1536], GFLOP/s by
  // rows × columns: 4×4 3.2, 8×4 3.8, 4×8 4.0, 8×8 5.0, 12×8 4.6, 16×4 4.2, 8×16 3.8; the same 8×8 through tiles in
  // workgroup memory 2.4, since a barrier there is a switch of coroutines.
  const vectors = n / 4;
  const columns = vectors >= 2 ? 2 : 1;
  const x = Math.min(8, ceilPowerOfTwo(Math.ceil(vectors / columns)));
  const rows = m >= 128 ? 8 : m >= 16 ? 4 : 1;
  const y = Math.min(64 / x, ceilPowerOfTwo(Math.ceil(m / rows)));
  return { rows, columns, x, y };
}

function ceilPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

/** The entry point `main` of such a product, and its workgroups. */
export function registerTile(product: RegisterTileProduct): {
  readonly main: string;
  readonly workgroups: readonly [number, number, number];
} {
  const { m, matrices = 1, n, steps, depth, tile } = product;
  const vectors = n / 4;
  const across = Math.ceil(vectors / (tile.x * tile.columns));
  const {
    workgroups: [x, y],
    index,
  } = grid(across * Math.ceil(m / (tile.y * tile.rows)));
  const each = (text: (i: number, j: number) => string) =>
    unroll(tile.rows, (i) => unroll(tile.columns, (j) => text(i, j)));
  const multiplyAdd = (k: number) => wgsl`
    ${unroll(tile.columns, (j) => `let b${k}_${j} = ${product.weight.row(k, j)};`)}
    ${each((i, j) => `sum${i}_${j} += a${i}[${k}] * b${k}_${j};`)}`;
  const main = wgsl`
    fn store(m: u32, end: u32, n4: u32, sum: vec4f) {
      if (m >= end || n4 >= ${vectors}u) { return; }
      ${product.store}
    }

    @compute @workgroup_size(${tile.x}, ${tile.y})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) local: vec3u) {
      ${index}
      #if ${matrices > 1}
      let above = workgroup.z * ${m}u;
      let quadsAbove = workgroup.z * ${steps * depth}u;
      #else
      const above = 0u;
      const quadsAbove = 0u;
      #endif
      let end = above + ${m}u;
      let first = above + (group / ${across}u * ${tile.y}u + local.y) * ${tile.rows}u;
      let left = group % ${across}u * ${tile.x * tile.columns}u + local.x;
      if (first >= end || left >= ${vectors}u) { return; }
      ${unroll(tile.columns, (j) => `let n${j} = left + ${j * tile.x}u;`)}
      ${unroll(tile.rows, (i) => `let m${i} = min(first + ${i}u, end - 1u);`)}
      ${unroll(tile.rows, product.prepareRow)}
      ${each((i, j) => `var sum${i}_${j} = vec4f();`)}
      for (var step = 0u; step < ${steps}u; step++) {
        ${product.prepareStep ?? ""}
        ${product.prepareRowStep ? unroll(tile.rows, product.prepareRowStep) : ""}
        for (var c = 0u; c < ${depth}u; c++) {
          let quad = quadsAbove + step * ${depth}u + c;
          ${product.prepareLoad ?? ""}
          ${unroll(tile.rows, (i) => `let a${i} = ${product.load(i)};`)}
          ${unroll(tile.columns, product.weight.prepare)}
          ${unroll(4, multiplyAdd)}
        }
      }
      ${each((i, j) => `store(first + ${i}u, end, n${j}, sum${i}_${j});`)}
    }`;
  return { main, workgroups: [x, y, matrices] };
}
