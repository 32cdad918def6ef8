/** `scale · x + shift`. */
export interface Alignment {
  readonly scale: number;
  readonly shift: number;
}

/**
 * Scale and shift by which x comes nearest to y in the sum of squares: `scale = cov(x, y) / var(x)`, `shift = ȳ − scale · x̄`.
 * @returns `undefined` if y does not rise with x, so that no scale above 0 makes x any nearer than a constant
 */
export function alignDepth(x: ArrayLike<number>, y: ArrayLike<number>): Alignment | undefined {
  const { length } = x;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < length; i++) {
    meanX += x[i]! / length;
    meanY += y[i]! / length;
  }
  let [variance, covariance] = [0, 0];
  for (let i = 0; i < length; i++) {
    const distance = x[i]! - meanX;
    variance += distance * distance;
    covariance += distance * (y[i]! - meanY);
  }
  if (!(covariance > 0)) return undefined;
  const scale = covariance / variance;
  return { scale, shift: meanY - scale * meanX };
}

/** A map and the picture that it shows. */
export interface CoarseDepth {
  readonly width: number;
  readonly height: number;
  readonly depth: Float32Array;
  /** Pixels of the picture to one of the map. */
  readonly pixels: number;
}

/** The part of a coarse map that a window shows, bilinear between the map's pixels, whose centres are half pixels in. */
export function coarseWindow(
  map: CoarseDepth,
  { top, left, width, height }: { top: number; left: number; width: number; height: number },
): Float32Array {
  const [rows, columns] = [taps(top, height, map.height, map.pixels), taps(left, width, map.width, map.pixels)];
  const window = new Float32Array(width * height);
  for (const [y, { at: row, next: below, t: down }] of rows.entries()) {
    const [upper, lower] = [row * map.width, below * map.width];
    for (const [x, { at, next, t }] of columns.entries()) {
      const high = map.depth[upper + at]! * (1 - t) + map.depth[upper + next]! * t;
      const low = map.depth[lower + at]! * (1 - t) + map.depth[lower + next]! * t;
      window[y * width + x] = high * (1 - down) + low * down;
    }
  }
  return window;
}

function taps(begin: number, count: number, size: number, pixels: number) {
  return Array.from({ length: count }, (_, i) => {
    const position = Math.min(Math.max((begin + i + 0.5) / pixels - 0.5, 0), size - 1);
    const at = Math.floor(position);
    return { at, next: Math.min(at + 1, size - 1), t: position - at };
  });
}
