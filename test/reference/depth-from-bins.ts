/** Tipsv2DptFeaturesToDepth on rows of `bins` numbers, in double precision: `Σ w d / Σ w`, `w = relu(x) + minDepth`. */
export function depthFromBins(
  x: ArrayLike<number>,
  { bins, minDepth, maxDepth }: { readonly bins: number; readonly minDepth: number; readonly maxDepth: number },
): Float64Array {
  return Float64Array.from({ length: x.length / bins }, (_, pixel) => {
    let [sum, weights] = [0, 0];
    for (let k = 0; k < bins; k++) {
      const weight = Math.max(0, x[pixel * bins + k]!) + minDepth;
      sum += weight * (bins > 1 ? minDepth + ((maxDepth - minDepth) * k) / (bins - 1) : minDepth);
      weights += weight;
    }
    return sum / weights;
  });
}
