import { checkArgument } from "./check-argument.ts";
import { UsageError } from "./errors.ts";
import { elementCount, type Shape } from "./graph/tensor.ts";

/** How two tensors of one shape differ. */
export interface Comparison {
  /** Largest |got − want|; Infinity if a value is not a number on one side only. */
  readonly maxError: number;
  /** Largest |want|. */
  readonly scale: number;
  /** Values that are NaN or infinite in `got` but not in `want`. */
  readonly notFinite: number;
  /** Values further from `want` than the tolerance. */
  readonly over: number;
  /** Index of the worst value, as coordinates. */
  readonly at: readonly number[];
  readonly got: number;
  readonly want: number;
  /** Whether every value is within `tolerance`. */
  readonly ok: boolean;
}

/**
 * Compares two tensors: length, then NaN and infinities, then the error of each value.
 *
 * @param tolerance largest |got − want| that is right; one number or one for each value
 * @throws UsageError for what are no tensors, or of other lengths than the shape's
 */
export function compare(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  shape: Shape,
  tolerance: number | ArrayLike<number>,
): Comparison {
  checkArgument(Array.isArray(shape), "compare", "a list of sizes as shape", shape, "A scalar's is [].");
  const length = elementCount(shape);
  if (got?.length !== length || want?.length !== length) {
    const wanted = `want ${length} values for [${shape.join(", ")}]`;
    throw new UsageError(`compare: ${wanted}, got ${got?.length} against ${want?.length}. Give both in that shape.`);
  }
  const isTolerance = typeof tolerance === "number" || tolerance?.length === length;
  checkArgument(isTolerance, "compare", `a tolerance or ${length} of them`, tolerance, "0 lets equals pass alone.");
  let [maxError, scale, notFinite, over, worst] = [-1, 0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const [a, b] = [got[i]!, want[i]!];
    if (!Number.isFinite(a) && Number.isFinite(b)) notFinite++;
    const error = Object.is(a, b) || a === b ? 0 : Math.abs(a - b);
    // Written so that NaN, which is neither above nor below any tolerance, counts as wrong.
    if (!(error <= (typeof tolerance === "number" ? tolerance : tolerance[i]!))) over++;
    const size = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    if (size > maxError) [maxError, worst] = [size, i];
    if (Math.abs(b) > scale) scale = Math.abs(b);
  }
  return {
    maxError: Math.max(0, maxError),
    scale,
    notFinite,
    over,
    at: coordinates(worst, shape),
    got: length > 0 ? got[worst]! : 0,
    want: length > 0 ? want[worst]! : 0,
    ok: over === 0,
  };
}

function coordinates(index: number, shape: Shape): number[] {
  const at: number[] = [];
  for (const size of [...shape].reverse()) {
    at.unshift(index % size);
    index = Math.floor(index / size);
  }
  return at;
}
