import { registerSums } from "./register-sums.ts";
import { frame, type TiledKernel, type TiledProduct } from "./tiled-product.ts";
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

/** Picks a tile that a matrix of this size fills, of so many rows to an invocation if the matrix is large. */
export function chooseTile(m: number, n: number, tallest = 8): Tile {
  // 8 × 8 sums an invocation: 4 multiply-adds a loaded number. SwiftShader, [788, 384]·[384, 1536], GFLOP/s by
  // rows × columns: 4×4 3.2, 8×4 3.8, 4×8 4.0, 8×8 5.0, 12×8 4.6, 16×4 4.2, 8×16 3.8; the same 8×8 through tiles in
  // workgroup memory 2.4, since a barrier there is a switch of coroutines.
  const vectors = n / 4;
  const columns = vectors >= 2 ? 2 : 1;
  const x = Math.min(8, ceilPowerOfTwo(Math.ceil(vectors / columns)));
  const rows = m >= 128 ? tallest : m >= 16 ? tallest / 2 : 1;
  const y = Math.min(64 / x, ceilPowerOfTwo(Math.ceil(m / rows)));
  return { rows, columns, x, y };
}

function ceilPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

/** The frame of a product whose invocations own sums in registers, and those sums; `across` tiles lie side by side. */
export function registerFrame(product: TiledProduct, tile: Tile) {
  const { m, n } = product;
  const vectors = n / 4;
  const across = Math.ceil(vectors / (tile.x * tile.columns));
  const tiles = across * Math.ceil(m / (tile.y * tile.rows));
  return { vectors, across, sums: registerSums(tile), ...frame(product, tiles) };
}

/** A product that alone goes by registers may have statements at the start of the inner loop. */
interface PreparedProduct extends TiledProduct {
  readonly prepareLoad?: string;
}

/** Every invocation loads what it multiplies, straight from storage. Runs anywhere. */
export function registerTile(product: PreparedProduct, tile: Tile): TiledKernel {
  const { depth } = product;
  const { vectors, across, sums, storeFunction, begin, steps, quads, workgroups } = registerFrame(product, tile);
  const main = wgsl`
    ${storeFunction}

    @compute @workgroup_size(${tile.x}, ${tile.y})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) local: vec3u) {
      ${begin}
      let first = above + (group / ${across}u * ${tile.y}u + local.y) * ${tile.rows}u;
      let left = group % ${across}u * ${tile.x * tile.columns}u + local.x;
      if (first >= end || left >= ${vectors}u) { return; }
      ${unroll(tile.columns, (j) => `let n${j} = left + ${j * tile.x}u;`)}
      ${unroll(tile.rows, (i) => `let m${i} = min(first + ${i}u, end - 1u);`)}
      ${unroll(tile.rows, product.prepareRow)}
      ${sums.declarations}
      for (var step = ${steps[0]}; step < ${steps[1]}; step++) {
        ${product.prepareStep ?? ""}
        ${product.prepareRowStep ? unroll(tile.rows, product.prepareRowStep) : ""}
        for (var c = ${quads[0]}; c < ${quads[1]}; c++) {
          let quad = quadsAbove + step * ${depth}u + c;
          ${product.prepareLoad ?? ""}
          ${unroll(tile.rows, (i) => `let a${i} = ${product.load(i)};`)}
          ${unroll(tile.columns, product.weight.prepare)}
          ${sums.multiplyAdd((k, j) => product.weight.row(`${k}u`, j))}
        }
      }
      ${sums.each((i, j) => `store(partAbove + first + ${i}u, partAbove + end, n${j}, sum${i}_${j});`)}
    }`;
  return { main, workgroups };
}

/** `registers 8×8`: rows and columns of an invocation. */
export function registerTileName({ rows, columns }: Tile): string {
  return `registers ${rows}×${4 * columns}`;
}
