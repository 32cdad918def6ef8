/** Pillow's numbers for its filters, as `resample` of a preprocessor_config.json has them. */
export const NEAREST = 0;
const LANCZOS = 1;
export const BILINEAR = 2;
export const BICUBIC = 3;
const BOX = 4;
export const HAMMING = 5;

export type Resample = typeof NEAREST | typeof LANCZOS | typeof BILINEAR | typeof BICUBIC | typeof BOX | typeof HAMMING;

/** Fraction bits of a weight. Pillow leaves 8 for the pixel and 2 for overshoot and sign: 255 · Σ|w| fits in an i32. */
export const WEIGHT_BITS = 22;

/** How to make each pixel of a line from pixels of another line, as integers. */
export interface PillowCoefficients {
  readonly inSize: number;
  readonly outSize: number;
  /** Most weights that a pixel has. */
  readonly taps: number;
  /** `[outSize, 2]`: first pixel that counts, and how many. */
  readonly bounds: Uint32Array;
  /** `[outSize, taps]`, in units of 2^-22; zeros after the count. */
  readonly weights: Int32Array;
}

interface Filter {
  readonly support: number;
  weight(x: number): number;
}

/**
 * The coefficients of Pillow's `Image.resize` on 8-bit pixels, bit for bit: an antialiasing filter, as wide as the
 * shrinking asks for. In double precision, cut to integers where Pillow's C does (Resample.c: `precompute_coeffs`,
 * `normalize_coeffs_8bpc`; Geometry.c: `ImagingScaleAffine` for nearest).
 */
export function pillowCoefficients(inSize: number, outSize: number, resample: Resample): PillowCoefficients {
  return resample === NEAREST ? nearest(inSize, outSize) : filtered(inSize, outSize, FILTERS[resample]);
}

function filtered(inSize: number, outSize: number, filter: Filter): PillowCoefficients {
  const scale = inSize / outSize;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const perPixel = 1 / stretch;

  const bounds = new Uint32Array(outSize * 2);
  const rows: number[][] = [];
  for (let i = 0; i < outSize; i++) {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inSize, Math.trunc(center + support + 0.5)) - first;
    const row = Array.from({ length: count }, (_, k) => filter.weight((k + first - center + 0.5) * perPixel));
    const sum = row.reduce((total, weight) => total + weight, 0);
    bounds.set([first, count], i * 2);
    rows.push(sum === 0 ? row : row.map((weight) => weight / sum));
  }

  const taps = rows.reduce((most, row) => Math.max(most, row.length), 1);
  const weights = new Int32Array(outSize * taps);
  for (const [i, row] of rows.entries()) weights.set(row.map(toFixed), i * taps);
  return { inSize, outSize, taps, bounds, weights };
}

/** The pixel under each centre. The position is a running sum, as in Pillow, so that its rounding is the same. */
function nearest(inSize: number, outSize: number): PillowCoefficients {
  const step = inSize / outSize;
  const bounds = new Uint32Array(outSize * 2);
  let position = step * 0.5;
  for (let i = 0; i < outSize; i++) {
    bounds.set([Math.min(inSize - 1, Math.trunc(position)), 1], i * 2);
    position += step;
  }
  return { inSize, outSize, taps: 1, bounds, weights: new Int32Array(outSize).fill(2 ** WEIGHT_BITS) };
}

function toFixed(weight: number): number {
  return Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** WEIGHT_BITS);
}

const FILTERS: Readonly<Record<Exclude<Resample, typeof NEAREST>, Filter>> = {
  [LANCZOS]: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  [BILINEAR]: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  [BICUBIC]: { support: 2, weight: bicubic },
  [BOX]: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  [HAMMING]: { support: 1, weight: hamming },
};

function bicubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

function hamming(x: number): number {
  const d = Math.abs(x);
  if (d === 0) return 1;
  if (d >= 1) return 0;
  // Pillow writes these two constants as C floats.
  return sinc(d) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(d * Math.PI));
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
