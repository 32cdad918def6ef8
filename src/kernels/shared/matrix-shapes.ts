import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Traits } from "../../runtime/graph/traits.ts";
import { type MatrixTile, matrixTile, matrixTileBytes, matrixTileInvocations, matrixTileName } from "./matrix-tile.ts";
import type { TiledProduct } from "./tiled-product.ts";
import { fills, type Shape, type TilingProblem } from "./tilings.ts";

/** Subgroups down and across, matrices of each, depth of the slab, and a guess of the rate. */
const MATRIX_TILES: readonly (readonly [number, number, rows: number, columns: number, depth: number, rate: number])[] =
  [
    [2, 2, 16, 16, 32, 5],
    [2, 2, 32, 32, 32, 8],
    [2, 2, 64, 32, 32, 9],
    [2, 2, 64, 64, 32, 10],
  ];

/**
 * The subgroup's number, from which a matrix's place follows, is equal within the subgroup and not within the workgroup,
 * and the compiler proves the latter alone.
 */
const MATRIX_DIRECTIVES = [
  "enable chromium_experimental_subgroup_matrix;",
  "diagnostic(off, chromium.subgroup_matrix_uniformity);",
];

/** The ways to cut a product up into subgroup matrices. */
export function matrixShapes({ m, n, slabs }: TilingProblem, traits: Traits): Shape[] {
  const { left, right } = slabs;
  const { subgroupSize } = traits;
  const matrix = traits.subgroupMatrices.find(
    ({ componentType, resultComponentType }) => componentType === left && resultComponentType === "f32",
  );
  if (!matrix || !subgroupSize || left !== right) return [];
  const component = left as Precision;
  return MATRIX_TILES.flatMap(([down, across, height, width, depth, rate]) => {
    if (height % matrix.M > 0 || width % matrix.N > 0 || depth % matrix.K > 0) return [];
    const rows = height / matrix.M;
    const columns = width / matrix.N;
    const tile: MatrixTile = { matrix, subgroupSize, down, across, rows, columns, depth };
    const isPossible =
      matrixTileBytes(tile, component) <= traits.workgroupBytes &&
      matrixTileInvocations(tile) <= traits.invocations &&
      fills(m, n, down * height, across * width);
    if (!isPossible) return [];
    return {
      name: matrixTileName(tile),
      directives: MATRIX_DIRECTIVES,
      tile: (product: TiledProduct) => matrixTile(product, tile, component),
      height: down * height,
      width: across * width,
      rate,
    };
  });
}
