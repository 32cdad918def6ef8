/** A prime, so that no size of a tile divides it. */
const BUCKETS = 61;

/**
 * An answer in a few numbers: the sums of every 61st value. A value that is off puts its sum off by as much; NaN stays NaN.
 */
export function bucketSums(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(BUCKETS);
  for (let i = 0; i < values.length; i++) sums[i % BUCKETS]! += values[i]!;
  return sums;
}
