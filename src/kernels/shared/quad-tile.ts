import { registerFrame, type Tile } from "./register-tile.ts";
import type { FineProduct, TiledKernel } from "./tiled-product.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/**
 * As `registerTile`, but the four invocations of a quad, which multiply the same rows by neighbouring columns, load one
 * number of each row's four and swap them. So each of them has the four in an order of its own, `own ^ 0 … own ^ 3`,
 * and takes the weight's rows in that order. Needs subgroups of any size, and `x` a multiple of 4.
 */
export function quadTile(product: FineProduct, tile: Tile): TiledKernel {
  const { depth } = product;
  const { vectors, across, sums, storeFunction, begin, steps, quads, workgroups } = registerFrame(product, tile);
  const main = wgsl`
    ${storeFunction}
    fn ofQuad(own: f32) -> vec4f {
      return vec4f(own, quadSwapX(own), quadSwapY(own), quadSwapDiagonal(own));
    }

    @compute @workgroup_size(${tile.x}, ${tile.y})
    fn main(
      @builtin(workgroup_id) workgroup: vec3u,
      @builtin(local_invocation_id) local: vec3u,
      @builtin(subgroup_invocation_id) lane: u32,
    ) {
      ${begin}
      let first = above + (group / ${across}u * ${tile.y}u + local.y) * ${tile.rows}u;
      let left = group % ${across}u * ${tile.x * tile.columns}u + local.x;
      let own = lane % 4u;
      // A quad may leave as a whole. Nobody leaves it alone: a column beyond the matrix repeats its last and is not stored.
      if (first >= end) { return; }
      ${unroll(tile.columns, (j) => `let n${j} = min(left + ${j * tile.x}u, ${vectors - 1}u);`)}
      ${unroll(tile.rows, (i) => `let m${i} = min(first + ${i}u, end - 1u);`)}
      ${unroll(tile.rows, product.prepareRow)}
      ${sums.declarations}
      for (var step = ${steps[0]}; step < ${steps[1]}; step++) {
        ${product.prepareStep ?? ""}
        ${product.prepareRowStep ? unroll(tile.rows, product.prepareRowStep) : ""}
        for (var c = ${quads[0]}; c < ${quads[1]}; c++) {
          let quad = quadsAbove + step * ${depth}u + c;
          ${unroll(tile.rows, (i) => `let a${i} = ofQuad(${product.loadOne(i, "own")});`)}
          ${unroll(tile.columns, product.weight.prepare)}
          ${sums.multiplyAdd((k, j) => product.weight.row(`(own ^ ${k}u)`, j))}
        }
      }
      ${sums.each((i, j) => `store(partAbove + first + ${i}u, partAbove + end, left + ${j * tile.x}u, sum${i}_${j});`)}
    }`;
  return { main, workgroups };
}
