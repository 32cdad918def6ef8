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
