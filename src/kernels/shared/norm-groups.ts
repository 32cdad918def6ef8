import { lanes } from "./storage.ts";
import { wgsl } from "./wgsl.ts";

/** A map `[N, H, W, C]` whose channels are normalised in G groups of neighbours, each over all pixels of its image. */
export interface GroupedMap {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** G, a divisor of C. */
  readonly groups: number;
}

/** Pixels whose moments an invocation takes: enough to make them few, few enough to keep many invocations at work. */
const PART = 32;

/** How the pixels of an image are cut up; the last part may have fewer. */
export function momentParts({ height, width }: GroupedMap): { readonly pixels: number; readonly parts: number } {
  return { pixels: PART, parts: Math.ceil((height * width) / PART) };
}

/**
 * WGSL `fn groups4(c: u32) -> vec4u`: the groups of the channels `4·c …`, channels past the end counted to the last;
 * and `fn pivots4(image: u32, c: u32) -> vec4f`: for each, the first number of its group in this image, read from `x`.
 *
 * Statistics are of deviations from that number. It lies among the others, so that the difference to it is exact where
 * the mean is large and the spread small; with no number of its own the mean itself would be rounded by that much.
 */
export function groupPivots(map: GroupedMap): string {
  const { height, width, channels, groups } = map;
  const size = channels / groups;
  const image = height * width * channels;
  const isVector = lanes(channels) === 4;
  const of = (j: number) => `pivot(image, groups[${j}])`;
  return wgsl`
    fn groups4(c: u32) -> vec4u {
      return min(vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u), vec4u(${channels - 1}u)) / ${size}u;
    }
    fn pivot(image: u32, group: u32) -> f32 {
      let at = image * ${image}u + group * ${size}u;
      return f32(x[${isVector ? "at / 4u" : "at"}]${isVector ? "[at % 4u]" : ""});
    }
    fn pivots4(image: u32, c: u32) -> vec4f {
      let groups = groups4(c);
      return ${size % 4 === 0 ? `vec4f(${of(0)})` : `vec4f(${[0, 1, 2, 3].map(of).join(", ")})`};
    }`;
}
