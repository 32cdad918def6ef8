/** `12.3`, `1,230`, `0.0123`: three digits, and no exponent. */
export function threeDigits(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** GFLOP/s or TFLOP/s of FLOP/s. */
export function rateWords(flopsPerSecond: number): string {
  return flopsPerSecond < 1e12
    ? `${threeDigits(flopsPerSecond / 1e9)} GFLOP/s`
    : `${threeDigits(flopsPerSecond / 1e12)} TFLOP/s`;
}

/** µs, ms or s of seconds. */
export function timeWords(seconds: number): string {
  if (seconds < 1e-3) return `${threeDigits(seconds * 1e6)} µs`;
  return seconds < 1 ? `${threeDigits(seconds * 1e3)} ms` : `${threeDigits(seconds)} s`;
}
