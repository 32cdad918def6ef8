import { type Band, fromTaps, type Taps } from "./shared/band.ts";

/**
 * What `resizeBand` does, with `mode="bilinear", antialias=True`: a smaller output weighs all of the input that its pixel covers, by a
 * triangle `in / out` times as wide. Taps beyond the border do not count, and the others sum to 1; a larger output is
 * plain bilinear.
 */
export function antialiasedBand(inSize: number, outSize: number): Band {
  const scale = Math.fround(inSize / outSize);
  const support = Math.max(scale, 1);
  const rows = Array.from({ length: outSize }, (_, i): Taps => {
    if (inSize === outSize) return [[i, 1]];
    const centre = scale * (i + 0.5);
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(inSize, Math.trunc(centre + support + 0.5));
    const taps = Array.from({ length: last - first }, (_, k) => {
      return [first + k, Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / support)] as const;
    });
    const sum = taps.reduce((total, [, weight]) => total + weight, 0);
    return taps.map(([position, weight]) => [position, weight / sum] as const);
  });
  return fromTaps(inSize, rows);
}
