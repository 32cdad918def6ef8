import { relu } from "./activation.ts";
import { lanes } from "./storage.ts";
import { wgsl } from "./wgsl.ts";

/**
 * WGSL `fn <tensor>4(base: u32, c: u32) -> vec4f`: four neighbouring channels of `tensor`, of the row of `channels`
 * channels that starts at `base`; and `fn <tensor>1(base: u32, c: u32, k: u32) -> f32`, the k-th of those four. `base` counts
 * vec4 where rows start at a multiple of 4, and single elements where they do not; there, channels past the end of the
 * row read as 0, so that neither a neighbour's number nor its NaN gets in.
 */
export function loadChannels(tensor: string, channels: number, { relu: isRelu = false } = {}): string {
  const isVector = lanes(channels) === 4;
  const passed = (value: string, zero: "vec4f()" | "0.0") => (isRelu ? relu(value, zero) : value);
  return wgsl`
    #if ${isVector}
    fn ${tensor}1(base: u32, c: u32, k: u32) -> f32 {
      let v = f32(${tensor}[base + c][k]);
      return ${passed("v", "0.0")};
    }
    fn ${tensor}4(base: u32, c: u32) -> vec4f {
      let v = vec4f(${tensor}[base + c]);
      return ${passed("v", "vec4f()")};
    }
    #else
    fn ${tensor}1(base: u32, c: u32, k: u32) -> f32 {
      let channel = 4u * c + k;
      if (channel >= ${channels}u) { return 0.0; }
      let v = f32(${tensor}[base + channel]);
      return ${passed("v", "0.0")};
    }
    fn ${tensor}4(base: u32, c: u32) -> vec4f {
      return vec4f(${[0, 1, 2, 3].map((k) => `${tensor}1(base, c, ${k}u)`).join(", ")});
    }
    #endif`;
}

/** Stride of `base` from one row to the next, in the units of `loadChannels`. */
export function rowStride(channels: number): number {
  return channels / lanes(channels);
}
