import { LEVEL } from "./quantized-layout.ts";

/** What the codes of q4 stand for before the factors, by code + 8; {@link LEVEL} says why. */
const LEVELS = Float64Array.from({ length: 16 }, (_, i) => {
  const s = Math.max((16 * (i - 8)) / 127, -1);
  return s * (LEVEL.linear + LEVEL.cubic * s ** 2);
});

/** So many that a border between two codes is met within 1/4096 of the range; a search would cost five times as much. */
const BINS = 4096;
const CODES = Int8Array.from({ length: BINS }, (_, bin) => {
  const middle = (2 * bin + 1) / BINS - 1;
  const errors = LEVELS.map((level) => Math.abs(level - middle));
  return errors.indexOf(Math.min(...errors)) - 8;
});

const NEAREST = Float64Array.from(CODES, (code) => LEVELS[code + 8]!);

/** The code whose level is nearest to x. */
export function nearestCode(x: number): number {
  return CODES[binOf(x)]!;
}

/** That level. */
export function nearestLevel(x: number): number {
  return NEAREST[binOf(x)]!;
}

function binOf(x: number): number {
  const bin = ((x + 1) * (BINS / 2)) | 0;
  return bin < 0 ? 0 : bin < BINS ? bin : BINS - 1;
}

/** `1 / x`, and 0 of 0: a column of zeros has codes of zero. */
export function inverse(x: number): number {
  return x === 0 ? 0 : 1 / x;
}
