/** How far a picture's depth is from the truth, over the pixels that have one. */
export interface DepthScores {
  /** Mean of |d − d*| / d*. */
  readonly absRel: number;
  /** Root of the mean of (d − d*)², in metres. */
  readonly rmse: number;
  /** Share of pixels with max(d / d*, d* / d) below 1.25. */
  readonly delta1: number;
  /** Pixels that have a truth. */
  readonly pixels: number;
}

/** Which truths count: metres, both ends included. */
export interface DepthRange {
  readonly least: number;
  readonly most: number;
}

/** Which pixels have a truth that counts: finite, above 0 and in the range. */
export function validPixels(truth: ArrayLike<number>, { least, most }: DepthRange): number[] {
  return Array.from(truth, (_, i) => i).filter(
    (i) => truth[i]! > 0 && truth[i]! >= least && truth[i]! <= most && truth[i]! < Infinity,
  );
}

/**
 * Scores of one picture.
 * @param depth and `truth` in metres
 * @param pixels which count, at least one
 */
export function depthScores(
  depth: ArrayLike<number>,
  truth: ArrayLike<number>,
  pixels: readonly number[],
): DepthScores {
  let [relative, squares, close] = [0, 0, 0];
  for (const i of pixels) {
    const [d, t] = [depth[i]!, truth[i]!];
    relative += Math.abs(d - t) / t;
    squares += (d - t) ** 2;
    if (Math.max(d / t, t / d) < 1.25 && d > 0) close++;
  }
  const count = pixels.length;
  return { absRel: relative / count, rmse: Math.sqrt(squares / count), delta1: close / count, pixels: count };
}

/** The mean over pictures, each counted once, as the papers on depth report it. */
export function meanScores(pictures: readonly DepthScores[]): DepthScores {
  const mean = (of: (scores: DepthScores) => number) =>
    pictures.reduce((sum, entry) => sum + of(entry), 0) / pictures.length;
  return {
    absRel: mean(({ absRel }) => absRel),
    rmse: mean(({ rmse }) => rmse),
    delta1: mean(({ delta1 }) => delta1),
    pixels: pictures.reduce((sum, { pixels }) => sum + pixels, 0),
  };
}

/**
 * Scale and shift that bring values closest to a target, by least squares over some pixels (MiDaS, Ranftl et al.,
 * arXiv:1907.01341, equation 4); only a shift where the values are the same everywhere.
 */
export function alignment(
  values: ArrayLike<number>,
  target: (i: number) => number,
  pixels: readonly number[],
): { readonly scale: number; readonly shift: number } {
  const mean = (of: (i: number) => number) => pixels.reduce((sum, i) => sum + of(i), 0) / pixels.length;
  const [x, y] = [mean((i) => values[i]!), mean(target)];
  const variance = mean((i) => (values[i]! - x) ** 2);
  const scale = variance === 0 ? 0 : mean((i) => (values[i]! - x) * (target(i) - y)) / variance;
  return { scale, shift: y - scale * x };
}

/**
 * Depth in metres from relative inverse depth: scale and shift fitted to 1/truth, what comes out below 1/`farthest` raised to
 * it (so that all depths are above 0), then 1 over it. As MiDaS evaluates.
 */
export function alignedDepth(
  inverse: ArrayLike<number>,
  truth: ArrayLike<number>,
  pixels: readonly number[],
  farthest: number,
): Float64Array {
  const { scale, shift } = alignment(inverse, (i) => 1 / truth[i]!, pixels);
  return Float64Array.from(inverse, (value) => 1 / Math.max(scale * value + shift, 1 / farthest));
}
