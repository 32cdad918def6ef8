import type { Colour } from "../config/class-colours.ts";

/** Degrees between two hues in a row: no number of steps comes close to where it began. */
const GOLDEN_ANGLE = 137.507764;
/** Of OKLCH; neighbours in hue are apart in lightness. */
const LIGHTNESS = [0.7, 0.55, 0.84] as const;
const CHROMA = 0.13;
/** How far lightness strays, so that the hundredth hue close to another one differs by something. */
const STRAY = 0.1;

/** Colours that are easy to tell apart, as many as wanted, the same on every run. */
export function distinctColours(count: number): readonly Colour[] {
  return Array.from({ length: count }, (_, i) => {
    const hue = (i * GOLDEN_ANGLE * Math.PI) / 180;
    const stray = STRAY * ((i * Math.SQRT2) % 1);
    return fromOklab(LIGHTNESS[i % LIGHTNESS.length]! - stray, CHROMA * Math.cos(hue), CHROMA * Math.sin(hue));
  });
}

/** OKLab (Björn Ottosson, 2020) to sRGB, cut off where sRGB has no such colour. */
function fromOklab(lightness: number, a: number, b: number): Colour {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Linear light as a byte of sRGB. */
function encoded(linear: number): number {
  const light = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
}
