import type { Traits } from "../../runtime/graph/traits.ts";
import { chooseTile, registerTile, registerTileName } from "./register-tile.ts";
import { subgroupMatrices } from "./subgroup-matrices.ts";
import { subgroupQuads } from "./subgroup-quads.ts";
import type { FineProduct, TiledKernel } from "./tiled-product.ts";
import {
  type SlabTypes,
  type WorkgroupTile,
  workgroupTile,
  workgroupTileBytes,
  workgroupTileName,
} from "./workgroup-tile.ts";

/** One way to cut a product up. */
export interface Tiling {
  readonly name: string;
  /** Lines that the kernel's text begins with. */
  readonly directives: readonly string[];
  readonly parts: number;
  readonly tile: (product: FineProduct) => TiledKernel;
}

/** What the choice depends on. */
export interface TilingProblem {
  readonly m: number;
  readonly n: number;
  /** All of the sum: `4 · depth · steps`. */
  readonly k: number;
  readonly steps: number;
  readonly matrices: number;
  readonly slabs: SlabTypes;
}

/** A tiling before its parts are chosen, with what it takes to guess its time. */
export interface Shape extends Omit<Tiling, "parts"> {
  readonly height: number;
  readonly width: number;
  /** Multiply-adds a workgroup does in the time of one that loads each number for itself; a guess. */
  readonly rate: number;
}

/** The way that runs anywhere. */
export function registerTiling(m: number, n: number): Tiling {
  return { ...registerShape(m, n), parts: 1 };
}

function registerShape(m: number, n: number): Shape {
  const tile = chooseTile(m, n);
  return {
    name: registerTileName(tile),
    directives: [],
    tile: (product) => registerTile(product, tile),
    height: tile.rows * tile.y,
    width: 4 * tile.columns * tile.x,
    rate: 1,
  };
}

const WORKGROUP_TILES: readonly (readonly [WorkgroupTile, rate: number])[] = [
  [{ rows: 4, columns: 1, x: 8, y: 8, quads: 8 }, 1.4],
  [{ rows: 8, columns: 2, x: 8, y: 8, quads: 4 }, 2],
  [{ rows: 8, columns: 2, x: 8, y: 16, quads: 4 }, 2.2],
  [{ rows: 8, columns: 2, x: 16, y: 16, quads: 2 }, 2.2],
  [{ rows: 8, columns: 2, x: 16, y: 16, quads: 4 }, 2.4],
];

/** Workgroups that a GPU of middle size runs at once, and those of a CPU. */
const AT_ONCE = 96;
const CORES = 4;
/** Shortest sum of a part: below, adding up the parts costs more than it saves. */
const SHORTEST_PART = 128;

/** All ways to cut a product up on a device, the one expected to be the fastest first. */
export async function tilings(problem: TilingProblem, traits: Traits): Promise<Tiling[]> {
  const { m, n } = problem;
  const atOnce = traits.software ? CORES : AT_ONCE;
  const shapes = [
    registerShape(m, n),
    ...(traits.subgroups ? (await subgroupQuads()).quadShapes(problem) : []),
    ...workgroupShapes(problem, traits),
    ...(traits.subgroupMatrices.length > 0 ? (await subgroupMatrices()).matrixShapes(problem, traits) : []),
  ];
  const guesses = shapes.flatMap((shape) =>
    partsOf(problem, shape).map((parts) => ({ ...shape, parts, time: guessedTime(problem, shape, parts, atOnce) })),
  );
  const first = traits.software ? [registerTiling(m, n)] : [];
  const others = guesses.toSorted((a, b) => a.time - b.time).map(named);
  return [...first, ...others.filter(({ name }) => name !== first[0]?.name)];
}

function named({ name, directives, parts, tile }: Tiling): Tiling {
  return { name: parts > 1 ? `${name} in ${parts} parts` : name, directives, parts, tile };
}

function workgroupShapes({ m, n, slabs }: TilingProblem, traits: Traits): Shape[] {
  return WORKGROUP_TILES.filter(
    ([tile]) =>
      workgroupTileBytes(tile, slabs) <= traits.workgroupBytes &&
      tile.x * tile.y <= traits.invocations &&
      fills(m, n, tile.rows * tile.y, 4 * tile.columns * tile.x),
  ).map(([tile, rate]) => ({
    name: workgroupTileName(tile),
    directives: [],
    tile: (product) => workgroupTile(product, tile, slabs),
    height: tile.rows * tile.y,
    width: 4 * tile.columns * tile.x,
    rate,
  }));
}

/** Whether a matrix is not so small that most of a tile would be beyond it. */
export function fills(m: number, n: number, height: number, width: number): boolean {
  return 2 * m > height && 2 * n > width;
}

/** In how many parts the sum may be cut; several where there are too few tiles for a GPU. */
function partsOf({ m, n, k, steps, matrices }: TilingProblem, { height, width }: Shape): number[] {
  const tiles = Math.ceil(m / height) * Math.ceil(n / width) * matrices;
  if (matrices > 1 || 2 * tiles > AT_ONCE) return [1];
  // A convolution is cut between taps.
  const counts = steps > 1 ? [3, 9].filter((parts) => steps % parts === 0) : [2, 4, 8];
  return [1, ...counts.filter((parts) => k / parts >= SHORTEST_PART)];
}

function guessedTime(
  { m, n, k, matrices }: TilingProblem,
  { height, width, rate }: Shape,
  parts: number,
  atOnce: number,
): number {
  const groups = Math.ceil(m / height) * Math.ceil(n / width) * matrices * parts;
  const work = (Math.ceil(groups / atOnce) * height * width * k) / parts / rate;
  // Writing and reading the parts, and one more launch, in multiply-adds of a workgroup.
  return parts === 1 ? work : work + (m * n * parts) / atOnce + 50_000;
}
