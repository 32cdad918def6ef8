import type { Precision } from "../../runtime/graph/tensor.ts";
import { lanes, vector } from "./storage.ts";
import { wgsl } from "./wgsl.ts";

/**
 * WGSL `fn <tensor>Store4(base: u32, c: u32, value: vec4f)`: the other way round from `loadChannels`, with the same
 * units. Channels past the end of the row are dropped, blocks of four past it are not checked.
 */
export function storeChannels(tensor: string, channels: number, precision: Precision): string {
  const isVector = lanes(channels) === 4;
  return wgsl`
    fn ${tensor}Store4(base: u32, c: u32, value: vec4f) {
      #if ${isVector}
      ${tensor}[base + c] = ${vector(precision, 4)}(value);
      #else
      for (var j = 0u; j < 4u; j++) {
        if (4u * c + j < ${channels}u) { ${tensor}[base + 4u * c + j] = ${precision}(value[j]); }
      }
      #endif
    }`;
}
