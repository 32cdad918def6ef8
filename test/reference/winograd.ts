import type { Matrix, WinogradTransforms } from "../../src/kernels/shared/winograd-transforms.ts";

/** Every number without its sign: what rounding errors are measured by. */
export function magnitudesOf({ input, filter, output }: WinogradTransforms): WinogradTransforms {
  const of = (matrix: Matrix) => matrix.map((row) => row.map(Math.abs));
  return { input: of(input), filter: of(filter), output: of(output) };
}

interface Sizes {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channelsIn: number;
  readonly channelsOut: number;
}

/**
 * `Aᵀ [Σ_c (G g Gᵀ) ⊙ (Bᵀ d B)] A` in double precision: a 3×3 convolution with stride 1 and padding 1. x `[N, H, W, C]`,
 * weight `[O, C, 3, 3]` → `[N, H, W, O]`.
 */
export function winograd(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  { batch, height, width, channelsIn, channelsOut }: Sizes,
  { input, filter, output }: WinogradTransforms,
): Float64Array {
  const side = output.length;
  const y = new Float64Array(batch * height * width * channelsOut);
  const pixel = (n: number, row: number, column: number, c: number) =>
    row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : x[((n * height + row) * width + column) * channelsIn + c]!;
  const filters = Array.from({ length: channelsOut * channelsIn }, (_, at) =>
    both(
      filter,
      [0, 3, 6].map((row) => [0, 1, 2].map((column) => weight[9 * at + row + column]!)),
    ),
  );
  for (let n = 0; n < batch; n++) {
    for (let top = 0; top < height; top += side) {
      for (let left = 0; left < width; left += side) {
        const tile = Array.from({ length: channelsIn }, (_, c) =>
          both(
            input,
            input.map((_, i) => input.map((_, j) => pixel(n, top + i - 1, left + j - 1, c))),
          ),
        );
        for (let o = 0; o < channelsOut; o++) {
          const sums = input.map((_, i) =>
            input.map((_, j) =>
              tile.reduce((sum, map, c) => sum + map[i]![j]! * filters[o * channelsIn + c]![i]![j]!, 0),
            ),
          );
          const made = both(output, sums);
          for (let i = 0; i < Math.min(side, height - top); i++) {
            for (let j = 0; j < Math.min(side, width - left); j++) {
              y[((n * height + top + i) * width + left + j) * channelsOut + o] = made[i]![j]!;
            }
          }
        }
      }
    }
  }
  return y;
}

/** `G g Gᵀ` of each filter of a weight `[9, filters]`, in double precision: `[(m + 2)², filters]`. */
export function winogradWeight(
  weight: ArrayLike<number>,
  filters: number,
  { filter }: Pick<WinogradTransforms, "filter">,
): Float64Array {
  const transformed = new Float64Array(filter.length ** 2 * filters);
  for (let at = 0; at < filters; at++) {
    const window = [0, 3, 6].map((row) => [0, 1, 2].map((column) => weight[(row + column) * filters + at]!));
    for (const [point, value] of both(filter, window).flat().entries()) transformed[point * filters + at] = value;
  }
  return transformed;
}

/** `M X Mᵀ`. */
function both(matrix: Matrix, x: Matrix): number[][] {
  return times(matrix, transposed(times(matrix, transposed(x))));
}

function times(a: Matrix, b: Matrix): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
}

function transposed(a: Matrix): number[][] {
  return a[0]!.map((_, j) => a.map((row) => row[j]!));
}
