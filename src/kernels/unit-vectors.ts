import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { loadChannels, rowStride } from "./shared/channels.ts";
import { grid } from "./shared/grid.ts";
import { unlessOverflown } from "./shared/not-finite.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { storeChannels } from "./shared/store-channels.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;
/** Of torch.nn.functional.normalize. */
const SHORTEST = 1e-12;

export interface UnitVectorsParams {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** Few: an invocation takes a whole vector. */
  readonly channels: number;
  /** Of x. */
  readonly precision: Precision;
}

/**
 * `y = x / max(‖x‖₂, 1e-12)` over the channels of each pixel: torch.nn.functional.normalize on channels last.
 *
 * x `[N, H, W, C]` → y `[N, H, W, C]` f32, whatever the precision of x.
 */
export function unitVectors({ batch, height, width, channels, precision }: UnitVectorsParams): Kernel {
  const x: TensorSpec = { shape: [batch, height, width, channels], dtype: precision };
  const output: TensorSpec = { shape: x.shape, dtype: "f32" };
  const pixels = batch * height * width;
  const blocks = Math.ceil(channels / 4);
  const { workgroups, index } = grid(Math.ceil(pixels / INVOCATIONS));
  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "x", x, lanes(channels))}
    ${storage(1, "read_write", "y", output, lanes(channels))}
    ${loadChannels("x", channels)}
    ${storeChannels("y", channels, "f32")}

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let pixel = group * ${INVOCATIONS}u + lane;
      if (pixel >= ${pixels}u) { return; }
      let base = pixel * ${rowStride(channels)}u;
      var square = 0.0;
      for (var c = 0u; c < ${blocks}u; c++) {
        let v = x4(base, c);
        square += dot(v, v);
      }
      let length = sqrt(square);
      // Not by max, which drops NaN; what has overflowed is divided by 0.
      let longEnough = select(length, ${SHORTEST}, length < ${SHORTEST});
      let size = ${unlessOverflown("square", "longEnough", "0.0")};
      for (var c = 0u; c < ${blocks}u; c++) { yStore4(base, c, x4(base, c) / size); }
    }`;
  return {
    label: `unitVectors [${x.shape.join(", ")}]`,
    inputs: [x],
    output,
    code,
    workgroups,
    flops: 3 * pixels * channels,
  };
}
