import { registerSums } from "./register-sums.ts";
import type { Tile } from "./register-tile.ts";
import { frame, type TiledKernel, type TiledProduct } from "./tiled-product.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/**
 * As `registerTile`, but the four invocations of a quad, which multiply the same rows by neighbouring columns, load a
 * quarter of the rows' numbers each and hand them round. Needs subgroups of any size, and `x` a multiple of 4.
 */
export function quadTile(product: TiledProduct, tile: Tile): TiledKernel {
  const { m, n, depth } = product;
  const vectors = n / 4;
  const across = Math.ceil(vectors / (tile.x * tile.columns));
  const { storeFunction, begin, steps, quads, workgroups } = frame(
    product,
    across * Math.ceil(m / (tile.y * tile.rows)),
    4,
  );
  const sums = registerSums(tile);
  const turn = (of: number) => wgsl`
    {
      let quad = min(firstQuad + ${of}u, lastQuad);
      ${unroll(tile.rows, (i) => `let a${i} = quadBroadcast(own${i}, ${of}u);`)}
      ${unroll(tile.columns, product.weight.prepare)}
      ${sums.multiplyAdd(product.weight.row)}
    }`;
  const main = wgsl`
    ${storeFunction}

    @compute @workgroup_size(${tile.x}, ${tile.y})
    fn main(
      @builtin(workgroup_id) workgroup: vec3u,
      @builtin(local_invocation_id) local: vec3u,
      @builtin(subgroup_invocation_id) lane: u32,
    ) {
      ${begin}
      let first = above + (group / ${across}u * ${tile.y}u + local.y) * ${tile.rows}u;
      let left = group % ${across}u * ${tile.x * tile.columns}u + local.x;
      // Nobody may leave a quad: what is beyond the matrix repeats its last row and column and is not stored.
      ${unroll(tile.columns, (j) => `let n${j} = min(left + ${j * tile.x}u, ${vectors - 1}u);`)}
      ${unroll(tile.rows, (i) => `let m${i} = min(first + ${i}u, end - 1u);`)}
      ${unroll(tile.rows, product.prepareRow)}
      ${sums.declarations}
      for (var step = ${steps[0]}; step < ${steps[1]}; step++) {
        ${product.prepareStep ?? ""}
        ${product.prepareRowStep ? unroll(tile.rows, product.prepareRowStep) : ""}
        for (var four = ${quads[0]}; four < ${quads[1]}; four += 4u) {
          let mine = four + lane % 4u;
          let c = min(mine, ${depth - 1}u);
          let isInside = mine < ${quads[1]};
          ${product.prepareLoad ?? ""}
          ${unroll(tile.rows, (i) => `let own${i} = select(vec4f(), ${product.load(i)}, isInside);`)}
          let firstQuad = quadsAbove + step * ${depth}u + four;
          let lastQuad = quadsAbove + step * ${depth}u + ${depth - 1}u;
          ${unroll(4, turn)}
        }
      }
      ${sums.each((i, j) => `store(partAbove + first + ${i}u, partAbove + end, left + ${j * tile.x}u, sum${i}_${j});`)}
    }`;
  return { main, workgroups };
}
