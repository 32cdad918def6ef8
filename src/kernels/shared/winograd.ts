import type { Precision } from "../../runtime/graph/tensor.ts";
import type { Traits } from "../../runtime/graph/traits.ts";
import { multipleOf4 } from "./pack.ts";
import { wgsl } from "./wgsl.ts";

/** Side of the square of outputs that one tile makes: F(2×2, 3×3) or F(4×4, 3×3). */
export type WinogradSide = 2 | 4;

/** Rows of a matrix. */
export type Matrix = readonly (readonly number[])[];

/**
 * The transforms of F(m, 3), m = 2 or 4: `y = Aᵀ [(G g) ⊙ (Bᵀ d)]` are the m outputs of a filter of 3 taps over m + 2
 * numbers (Lavin and Gray, arXiv:1509.09308; in two dimensions each is applied to rows and columns).
 */
export interface WinogradTransforms {
  /** Bᵀ, `[m + 2, m + 2]`. */
  readonly input: Matrix;
  /** G, `[m + 2, 3]`. */
  readonly filter: Matrix;
  /** Aᵀ, `[m, m + 2]`. */
  readonly output: Matrix;
}

/**
 * Toom and Cook: a product of two polynomials is known from its values at enough points (the last point is ∞), and the
 * transpose of that algorithm is the filter.
 */
function transforms(points: readonly number[]): WinogradTransforms {
  const last = points.length;
  const m = last - 1;
  const others = points.map((_, i) => points.filter((_, j) => j !== i));
  return {
    input: [...others.map((rest) => [...polynomial(rest), 0]), polynomial(points)],
    filter: [
      ...points.map((p, i) => {
        const norm = others[i]!.reduce((product, q) => product * (p - q), 1);
        return [1 / norm, p / norm, p ** 2 / norm];
      }),
      [0, 0, 1],
    ],
    output: Array.from({ length: m }, (_, k) => [...points.map((p) => p ** k), k === m - 1 ? 1 : 0]),
  };
}

/** Coefficients of Π (x − root), the constant one first. */
function polynomial(roots: readonly number[]): number[] {
  return roots.reduce<number[]>(
    (of, root) => Array.from({ length: of.length + 1 }, (_, i) => (of[i - 1] ?? 0) - root * (of[i] ?? 0)),
    [1],
  );
}

/**
 * By the side. The points decide what rounding does. Root mean square of the error against the direct sum's, 64 channels
 * of normal deviates: F(2×2) 0.5; F(4×4) with 0, ±1, ±2 (the paper's) 4.1, with 0, ±1, ±½ 3.6, with 0, ±√½, ±√2 1.9, and with
 * 0, ±¾, ±1½ 1.8, whose matrices A and B float32 holds without rounding.
 */
export const WINOGRAD: Readonly<Record<WinogradSide, WinogradTransforms>> = {
  2: transforms([0, 1, -1]),
  4: transforms([0, 0.75, -0.75, 1.5, -1.5]),
};

/** Numbers that a tile is transformed to: 16 or 36, a matrix product each. */
export function winogradPoints(side: WinogradSide): number {
  return (side + 2) ** 2;
}

/** `U = G g Gᵀ` of each filter of a weight `[N, K, 3, 3]`, in float64: `[N, K, (m + 2)²]`. */
export function winogradFilters(weight: Float32Array, side: WinogradSide): Float32Array {
  const { filter } = WINOGRAD[side];
  const size = side + 2;
  const filters = weight.length / 9;
  const transformed = new Float32Array(filters * size * size);
  const half = new Float64Array(size * 3);
  for (let f = 0; f < filters; f++) {
    for (let i = 0; i < size; i++) {
      const [a, b, c] = filter[i] as readonly [number, number, number];
      for (let column = 0; column < 3; column++) {
        const at = 9 * f + column;
        half[3 * i + column] = a * weight[at]! + b * weight[at + 3]! + c * weight[at + 6]!;
      }
    }
    for (let j = 0; j < size; j++) {
      const [a, b, c] = filter[j] as readonly [number, number, number];
      for (let i = 0; i < size; i++) {
        const value = a * half[3 * i]! + b * half[3 * i + 1]! + c * half[3 * i + 2]!;
        transformed[(f * size + i) * size + j] = value;
      }
    }
  }
  return transformed;
}

/** A convolution with a 3×3 window, stride 1 and padding 1, cut into tiles, and these into bands. */
export interface WinogradPlan {
  readonly side: WinogradSide;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
  readonly tilesDown: number;
  readonly tilesAcross: number;
  /** All tiles of all images. */
  readonly tiles: number;
  /** Tiles of a band: what is computed at once, so that transformed maps stay small. The last band may have fewer. */
  readonly band: number;
  readonly bands: number;
}

/** How 3×3 convolutions of stride 1 are computed; "auto" is what pays. */
export type Convolution = "auto" | "direct" | "winograd";

/**
 * "auto" on a device: Winograd's products are f32 whatever the model stores, and subgroup matrices of f16 (tensor cores)
 * multiply more than the 2.25 times faster that F(2×2) saves.
 */
export function chooseConvolution(
  convolution: Convolution | undefined,
  precision: Precision,
  { subgroupMatrices, software }: Traits,
): Convolution {
  if (convolution !== undefined && convolution !== "auto") return convolution;
  if (software || precision === "f32") return "auto";
  const isFast = subgroupMatrices.some(
    ({ componentType, resultComponentType }) => componentType === precision && resultComponentType === "f32",
  );
  return isFast ? "direct" : "auto";
}

/** Fewest channels, in or out, for which transforming the map pays. */
const LEAST_CHANNELS = 32;

/**
 * Whether a convolution goes by Winograd, and with which tile; `undefined` is directly. The map's size does not matter, so
 * that this is known when weights are bound.
 */
export function chooseWinograd(
  {
    size,
    stride,
    channelsIn,
    channelsOut,
    precision,
  }: Readonly<Record<"size" | "stride" | "channelsIn" | "channelsOut", number>> & { readonly precision: Precision },
  convolution: Convolution,
): WinogradSide | undefined {
  if (size !== 3 || stride !== 1 || convolution === "direct") return undefined;
  if (convolution === "auto" && Math.min(channelsIn, channelsOut) < LEAST_CHANNELS) return undefined;
  // Rounding the transformed weight to f16 costs 1.8 times the error of rounding the weight itself in F(2×2), and 5 times
  // in F(4×4), where the output's transform adds larger numbers that cancel.
  return precision === "f16" ? 2 : 4;
}

/** Bytes of a transformed map, of which two live at a time. */
const BAND_BYTES = 16 * 2 ** 20;
/** What a workgroup of the product takes at once. */
const BLOCK = 64;

/** What the transforms read about a band, so that maps of all sizes share their texts: [first, batch, …] as u32. */
export const WINOGRAD_SIZES = ["first", "batch", "height", "width", "tilesDown", "tilesAcross", "band"] as const;

/** WGSL declaration of them, as `sizes`. */
export const winogradSizes = wgsl`
  struct Sizes { ${WINOGRAD_SIZES.map((name) => `${name}: u32`).join(", ")} }
  @group(0) @binding(1) var<storage, read> sizes: Sizes;`;

/** The numbers for the band that begins with tile `first`. */
export function bandSizes(plan: WinogradPlan, first: number): Uint32Array {
  const numbers = { ...plan, first };
  return Uint32Array.from(WINOGRAD_SIZES, (name) => numbers[name]);
}

export interface WinogradSizes
  extends Pick<WinogradPlan, "side" | "batch" | "height" | "width" | "channelsIn" | "channelsOut"> {
  /** Bytes that a transformed map may have; at least 64 tiles are taken whatever it says. */
  readonly bandBytes?: number | undefined;
}

/** Cuts a map into tiles. */
export function planWinograd({ bandBytes = BAND_BYTES, ...sizes }: WinogradSizes): WinogradPlan {
  const { side, batch, height, width, channelsIn, channelsOut } = sizes;
  const tilesDown = Math.ceil(height / side);
  const tilesAcross = Math.ceil(width / side);
  const tiles = batch * tilesDown * tilesAcross;
  const bytes = 4 * winogradPoints(side) * multipleOf4(Math.max(channelsIn, channelsOut));
  const most = Math.max(1, Math.floor(bandBytes / bytes / BLOCK)) * BLOCK;
  const least = Math.ceil(tiles / Math.ceil(tiles / most));
  const band = least < tiles ? Math.ceil(least / BLOCK) * BLOCK : tiles;
  return {
    side,
    batch,
    height,
    width,
    channelsIn,
    channelsOut,
    tilesDown,
    tilesAcross,
    tiles,
    band,
    bands: Math.ceil(tiles / band),
  };
}

/** WGSL expression of `Σ row[k] · terms[k]`, without the terms that are 0. */
export function combination(row: readonly number[], terms: readonly string[]): string {
  const parts = row.flatMap((factor, k) => {
    if (factor === 0) return [];
    const product = Math.abs(factor) === 1 ? terms[k]! : `${Math.abs(factor)} * ${terms[k]!}`;
    return [`${factor < 0 ? "-" : "+"} ${product}`];
  });
  return parts.join(" ").replace(/^\+ /, "");
}

/** Floating point operations of a matrix times a vector, where multiplying by 0 and 1 costs nothing. */
export function combinationFlops(matrix: Matrix): number {
  const of = (row: readonly number[]) =>
    row.reduce((sum, factor) => sum + (factor === 0 ? 0 : Math.abs(factor) === 1 ? 1 : 2), -1);
  return matrix.reduce((sum, row) => sum + of(row), 0);
}
