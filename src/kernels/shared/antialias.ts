/** Pillow's numbers for its filters, as `resample` of a preprocessor_config.json has them. */
export const NEAREST = 0;
const LANCZOS = 1;
export const BILINEAR = 2;
export const BICUBIC = 3;
const BOX = 4;
export const HAMMING = 5;

export type Resample = typeof NEAREST | typeof LANCZOS | typeof BILINEAR | typeof BICUBIC | typeof BOX | typeof HAMMING;
export type Filter = Exclude<Resample, typeof NEAREST>;

/** How to make each pixel of a line from pixels of another line, as integers. */
export interface Coefficients {
  readonly inSize: number;
  readonly outSize: number;
  /** Most weights that a pixel has. */
  readonly taps: number;
  /** Fraction bits of a weight. */
  readonly weightBits: number;
  /** `[outSize, 2]`: first pixel that counts, and how many. */
  readonly bounds: Uint32Array;
  /** `[outSize, taps]`, in units of 2^-weightBits; zeros after the count. */
  readonly weights: Int32Array;
}

/** One output pixel: the first input pixel that counts, and a weight for it and each that follows. */
interface Row {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * The weights of an antialiasing filter, as wide as the shrinking asks for, each pixel's adding up to 1. In double precision,
 * as Pillow (Resample.c: `precompute_coeffs`) and torch for bytes (UpSampleKernel.cpp) both compute them.
 */
export function filterRows(inSize: number, outSize: number, resample: Filter): Row[] {
  const filter = FILTERS[resample];
  const scale = inSize / outSize;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const perPixel = 1 / stretch;
  return Array.from({ length: outSize }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inSize, Math.trunc(center + support + 0.5)) - first;
    const row = Array.from({ length: count }, (_, k) => filter.weight((k + first - center + 0.5) * perPixel));
    const sum = row.reduce((total, weight) => total + weight, 0);
    return { first, weights: sum === 0 ? row : row.map((weight) => weight / sum) };
  });
}

/** Weights as whole numbers of 2^-weightBits, halves away from zero. */
export function coefficientsOf(inSize: number, rows: readonly Row[], weightBits: number): Coefficients {
  const outSize = rows.length;
  const taps = rows.reduce((most, { weights }) => Math.max(most, weights.length), 1);
  const bounds = new Uint32Array(outSize * 2);
  const weights = new Int32Array(outSize * taps);
  for (const [i, row] of rows.entries()) {
    bounds.set([row.first, row.weights.length], i * 2);
    weights.set(
      row.weights.map((weight) => Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** weightBits)),
      i * taps,
    );
  }
  return { inSize, outSize, taps, weightBits, bounds, weights };
}

interface FilterShape {
  readonly support: number;
  weight(x: number): number;
}

const FILTERS: Readonly<Record<Filter, FilterShape>> = {
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
