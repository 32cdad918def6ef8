import { type Coefficients, coefficientsOf, filterRows, NEAREST, type Resample } from "./shared/antialias.ts";

/** Fraction bits of a weight. Pillow leaves 8 for the pixel and 2 for overshoot and sign: 255 · Σ|w| fits in an i32. */
const WEIGHT_BITS = 22;

/**
 * The coefficients of Pillow's `Image.resize` on 8-bit pixels, bit for bit: in double precision, cut to integers where
 * Pillow's C does (Resample.c: `normalize_coeffs_8bpc`; Geometry.c: `ImagingScaleAffine` for nearest).
 */
export function pillowCoefficients(inSize: number, outSize: number, resample: Resample): Coefficients {
  const rows = resample === NEAREST ? nearestRows(inSize, outSize) : filterRows(inSize, outSize, resample);
  return coefficientsOf(inSize, rows, WEIGHT_BITS);
}

/** The pixel under each centre. The position is a running sum, as in Pillow, so that its rounding is the same. */
function nearestRows(inSize: number, outSize: number) {
  const step = inSize / outSize;
  let position = step * 0.5;
  return Array.from({ length: outSize }, () => {
    const first = Math.min(inSize - 1, Math.trunc(position));
    position += step;
    return { first, weights: [1] };
  });
}
