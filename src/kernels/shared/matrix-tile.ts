import type { Precision } from "../../runtime/graph/tensor.ts";
import type { SubgroupMatrix } from "../../runtime/graph/traits.ts";
import { frame, share, type TiledKernel, type TiledProduct } from "./tiled-product.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

/** How a workgroup's tile is made of subgroup matrices: `down` × `across` subgroups with `rows` × `columns` of them each. */
export interface MatrixTile {
  readonly matrix: SubgroupMatrix;
  readonly subgroupSize: number;
  readonly down: number;
  readonly across: number;
  readonly rows: number;
  readonly columns: number;
  /** Depth of the slab that a workgroup loads at once. */
  readonly depth: number;
}

/** Numbers that a row of a slab is longer than the slab is wide: other banks, and still a multiple of 16 bytes. */
const PADDING = 8;

const heightOf = ({ matrix, down, rows }: MatrixTile) => down * rows * matrix.M;
const widthOf = ({ matrix, across, columns }: MatrixTile) => across * columns * matrix.N;
const subgroupsOf = ({ down, across }: MatrixTile) => down * across;

/** Bytes of workgroup memory. */
export function matrixTileBytes(tile: MatrixTile, component: Precision): number {
  const { matrix, depth } = tile;
  const slabs = heightOf(tile) * (depth + PADDING) + depth * (widthOf(tile) + PADDING);
  return slabs * (component === "f16" ? 2 : 4) + 4 * subgroupsOf(tile) * matrix.M * matrix.N;
}

export function matrixTileInvocations(tile: MatrixTile): number {
  return subgroupsOf(tile) * tile.subgroupSize;
}

/** `subgroup matrices 64×64×32`: rows, columns and depth. */
export function matrixTileName(tile: MatrixTile): string {
  return `subgroup matrices ${heightOf(tile)}×${widthOf(tile)}×${tile.depth}`;
}

/**
 * A workgroup loads slabs of both sides into its memory, and its subgroups multiply them as subgroup matrices (tensor
 * cores), with sums in f32. Both sides are `component`, as the matrix wants them. The extension is Chromium's
 * experiment; the kernel's text begins with `enable chromium_experimental_subgroup_matrix;`.
 */
export function matrixTile(product: TiledProduct, tile: MatrixTile, component: Precision): TiledKernel {
  const { m, n, depth } = product;
  const { M, N, K } = tile.matrix;
  const { subgroupSize, across, rows, columns } = tile;
  const vectors = n / 4;
  const [height, width, invocations] = [heightOf(tile), widthOf(tile), matrixTileInvocations(tile)];
  const slab = tile.depth / 4;
  const [leftStride, rightStride] = [tile.depth + PADDING, width + PADDING];
  const step = invocations / slab;
  const rowLoads = Math.ceil(height / step);
  const blocks = (slab * width) / 4;
  const groupsAcross = Math.ceil(vectors / (width / 4));
  const { storeFunction, begin, steps, quads, workgroups } = frame(product, groupsAcross * Math.ceil(m / height), slab);
  const each = (text: (i: number, j: number) => string) => unroll(rows, (i) => unroll(columns, (j) => text(i, j)));
  const loadRow = (i: number) => {
    const text = storeFour(
      component,
      "leftSlab",
      `(loadedRow + ${i * step}u) * ${leftStride}u + 4u * loadedQuad`,
      `select(vec4f(), ${product.load(i)}, isInside)`,
    );
    return (i + 1) * step <= height ? text : `if (loadedRow + ${i * step}u < ${height}u) ${text}`;
  };
  const loadBlock = (from: number) => wgsl`
    {
      let block = lane + ${from}u;
      let down = block / ${width / 4}u;
      let quad = quadsAbove + step * ${depth}u + min(slab + down, ${depth - 1}u);
      let n0 = min(left + block % ${width / 4}u, ${vectors - 1}u);
      ${product.weight.prepare(0)}
      ${unroll(4, (k) => storeFour(component, "rightSlab", `(4u * down + ${k}u) * ${rightStride}u + block % ${width / 4}u * 4u`, product.weight.row(`${k}u`, 0)))}
    }`;
  const result = `subgroup_matrix_result<f32, ${N}, ${M}>`;
  const main = wgsl`
    var<workgroup> leftSlab: array<${component}, ${height * leftStride}>;
    var<workgroup> rightSlab: array<${component}, ${tile.depth * rightStride}>;
    // What a subgroup hands from a matrix, whose layout only the driver knows, to its invocations.
    var<workgroup> results: array<f32, ${subgroupsOf(tile) * M * N}>;
    ${storeFunction}

    @compute @workgroup_size(${invocations})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${begin}
      let first = above + group / ${groupsAcross}u * ${height}u;
      let left = group % ${groupsAcross}u * ${width / 4}u;
      let subgroup = lane / ${subgroupSize}u;
      let row = subgroup / ${across}u * ${rows * M}u;
      let column = subgroup % ${across}u * ${columns * N}u;
      let ownResults = subgroup * ${M * N}u;
      let loadedRow = lane / ${slab}u;
      let loadedQuad = lane % ${slab}u;
      ${unroll(rowLoads, (i) => `let m${i} = min(first + loadedRow + ${i * step}u, end - 1u);`)}
      ${unroll(rowLoads, product.prepareRow)}
      ${each((i, j) => `var sum${i}_${j} = ${result}(0);`)}
      for (var step = ${steps[0]}; step < ${steps[1]}; step++) {
        ${product.prepareStep ?? ""}
        ${product.prepareRowStep ? unroll(rowLoads, product.prepareRowStep) : ""}
        for (var slab = ${quads[0]}; slab < ${quads[1]}; slab += ${slab}u) {
          let c = min(slab + loadedQuad, ${depth - 1}u);
          let isInside = slab + loadedQuad < ${quads[1]};
          ${unroll(rowLoads, loadRow)}
          ${share(blocks, invocations, loadBlock)}
          workgroupBarrier();
          for (var k = 0u; k < ${tile.depth}u; k += ${K}u) {
            ${unroll(rows, (i) => `let a${i} = subgroupMatrixLoad<subgroup_matrix_left<${component}, ${K}, ${M}>, row_major>(&leftSlab, (row + ${i * M}u) * ${leftStride}u + k, ${leftStride}u);`)}
            ${unroll(columns, (j) => `let b${j} = subgroupMatrixLoad<subgroup_matrix_right<${component}, ${N}, ${K}>, row_major>(&rightSlab, k * ${rightStride}u + column + ${j * N}u, ${rightStride}u);`)}
            ${each((i, j) => `sum${i}_${j} = subgroupMatrixMultiplyAccumulate(a${i}, b${j}, sum${i}_${j});`)}
          }
          workgroupBarrier();
        }
      }
      ${each((i, j) => storeMatrix(tile, i, j))}
    }`;
  return { main, workgroups };
}

function storeFour(component: Precision, array: string, to: string, value: string): string {
  return wgsl`
    {
      let four = vec4<${component}>(${value});
      let to = ${to};
      ${unroll(4, (k) => `${array}[to + ${k}u] = four[${k}];`)}
    }`;
}

/** Statements that hand sum `i`, `j` of the subgroup to its invocations, a vec4 each at a time, and store it. */
function storeMatrix({ matrix: { M, N }, subgroupSize }: MatrixTile, i: number, j: number): string {
  const itemsAcross = N / 4;
  return wgsl`
    subgroupMatrixStore<row_major>(&results, ownResults, sum${i}_${j}, ${N}u);
    workgroupBarrier();
    for (var item = lane % ${subgroupSize}u; item < ${M * itemsAcross}u; item += ${subgroupSize}u) {
      let at = ownResults + 4u * item;
      let sum = vec4f(results[at], results[at + 1u], results[at + 2u], results[at + 3u]);
      let m = first + row + ${i * M}u + item / ${itemsAcross}u;
      let n4 = left + column / 4u + ${j * itemsAcross}u + item % ${itemsAcross}u;
      store(partAbove + m, partAbove + end, n4, sum);
    }
    workgroupBarrier();`;
}
