import type { DType } from "../../runtime/graph/tensor.ts";
import { registerSums } from "./register-sums.ts";
import type { Tile } from "./register-tile.ts";
import { vector } from "./storage.ts";
import { frame, share, type TiledKernel, type TiledProduct } from "./tiled-product.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** A tile of registers for each invocation, and the slab of both sides that a workgroup loads at once. */
export interface WorkgroupTile extends Tile {
  /** Depth of the slab, in fours. */
  readonly quads: number;
}

/** How the two slabs are stored, so that nothing is lost. */
export interface SlabTypes {
  readonly left: DType;
  readonly right: DType;
}

const rowsOf = ({ rows, y }: Tile) => rows * y;
const vectorsOf = ({ columns, x }: Tile) => columns * x;
/** vec4 from one row of the left slab to the next; the odd one out keeps rows in different banks. */
const strideOf = ({ quads }: WorkgroupTile) => quads + 1;
const bytesOf = (type: DType) => (type === "f16" ? 8 : 16);

/** Bytes of workgroup memory. */
export function workgroupTileBytes(tile: WorkgroupTile, { left, right }: SlabTypes): number {
  return rowsOf(tile) * strideOf(tile) * bytesOf(left) + 4 * tile.quads * vectorsOf(tile) * bytesOf(right);
}

/** `workgroup tiles 64×64×16`: rows, columns and depth. */
export function workgroupTileName(tile: WorkgroupTile): string {
  return `workgroup tiles ${rowsOf(tile)}×${4 * vectorsOf(tile)}×${4 * tile.quads}`;
}

/** A workgroup loads slabs of both sides into its memory, and its invocations multiply from there. */
export function workgroupTile(product: TiledProduct, tile: WorkgroupTile, { left, right }: SlabTypes): TiledKernel {
  const { m, n, depth } = product;
  const { rows, x, y, quads: slab } = tile;
  const vectors = n / 4;
  const [height, width, stride] = [rowsOf(tile), vectorsOf(tile), strideOf(tile)];
  const invocations = x * y;
  // Loading: an invocation takes one quad of rows that lie `step` apart, and blocks of four rows of the weight.
  const step = invocations / slab;
  const rowLoads = height / step;
  const blocks = slab * width;
  const across = Math.ceil(vectors / width);
  const { storeFunction, begin, steps, quads, workgroups } = frame(product, across * Math.ceil(m / height), slab);
  const sums = registerSums(tile);
  const loadBlock = (from: number) => wgsl`
    {
      let block = lane + ${from}u;
      let quad = quadsAbove + step * ${depth}u + min(slab + block / ${width}u, ${depth - 1}u);
      let n0 = min(left + block % ${width}u, ${vectors - 1}u);
      let to = block / ${width}u * ${4 * width}u + block % ${width}u;
      ${product.weight.prepare(0)}
      ${unroll(4, (k) => `rightSlab[to + ${k * width}u] = ${vector(right, 4)}(${product.weight.row(`${k}u`, 0)});`)}
    }`;
  const main = wgsl`
    var<workgroup> leftSlab: array<${vector(left, 4)}, ${height * stride}>;
    var<workgroup> rightSlab: array<${vector(right, 4)}, ${4 * slab * width}>;
    ${storeFunction}

    @compute @workgroup_size(${invocations})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${begin}
      let first = above + group / ${across}u * ${height}u;
      let left = group % ${across}u * ${width}u;
      let row = lane / ${x}u * ${rows}u;
      let column = lane % ${x}u;
      let loadedRow = lane / ${slab}u;
      let loadedQuad = lane % ${slab}u;
      ${unroll(rowLoads, (i) => `let m${i} = min(first + loadedRow + ${i * step}u, end - 1u);`)}
      ${unroll(rowLoads, product.prepareRow)}
      ${sums.declarations}
      for (var step = ${steps[0]}; step < ${steps[1]}; step++) {
        ${product.prepareStep ?? ""}
        ${product.prepareRowStep ? unroll(rowLoads, product.prepareRowStep) : ""}
        for (var slab = ${quads[0]}; slab < ${quads[1]}; slab += ${slab}u) {
          let c = min(slab + loadedQuad, ${depth - 1}u);
          let isInside = slab + loadedQuad < ${quads[1]};
          ${unroll(rowLoads, (i) => storeRow(i))}
          ${share(blocks, invocations, loadBlock)}
          workgroupBarrier();
          for (var q = 0u; q < ${slab}u; q++) {
            ${unroll(rows, (i) => `let a${i} = vec4f(leftSlab[(row + ${i}u) * ${stride}u + q]);`)}
            ${sums.multiplyAdd((k, j) => `vec4f(rightSlab[(4u * q + ${k}u) * ${width}u + column + ${j * x}u])`)}
          }
          workgroupBarrier();
        }
      }
      ${sums.each((i, j) => `store(partAbove + first + row + ${i}u, partAbove + end, left + column + ${j * x}u, sum${i}_${j});`)}
    }`;
  return { main, workgroups };

  function storeRow(i: number): string {
    const to = `(loadedRow + ${i * step}u) * ${stride}u + loadedQuad`;
    return `leftSlab[${to}] = ${vector(left, 4)}(select(vec4f(), ${product.load(i)}, isInside));`;
  }
}
