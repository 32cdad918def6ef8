import type { Kernel } from "../runtime/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/tensor.ts";
import { type BandShape, bandDeclarations, bandInputs } from "./shared/band-inputs.ts";
import { grid } from "./shared/grid.ts";
import { enable, lanes, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;

export interface AddResizedParams {
  readonly channels: number;
  readonly rows: BandShape;
  readonly columns: BandShape;
  /** Of x. */
  readonly precision: Precision;
  /** Whether there is a sum to add to. */
  readonly adds: boolean;
}

/**
 * `y = sum + R x Cᵀ`: x `[1, h, w, channels]` resized by two bands (`rowStart, rowWeights, columnStart, columnWeights`),
 * added to `sum [1, H, W, channels]` if there is one → `[1, H, W, channels]` f32. What the bands weigh 0 adds nothing, so
 * that parts of different places and sizes sum up one after the other.
 */
export function addResized({ channels, rows, columns, precision, adds }: AddResizedParams): Kernel {
  const [height, width] = [rows.outSize, columns.outSize];
  const x: TensorSpec = { shape: [1, rows.inSize, columns.inSize, channels], dtype: precision };
  const y: TensorSpec = { shape: [1, height, width, channels], dtype: "f32" };
  const lane = lanes(channels);
  const vectors = channels / lane;
  const vector = lane === 4 ? "vec4f" : "f32";
  const count = height * width * vectors;
  const { workgroups, index } = grid(Math.ceil(count / INVOCATIONS));

  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "x", x, lane)}
    ${bandDeclarations(rows, columns)}
    ${adds ? storage(5, "read", "sum", y, lane) : ""}
    ${storage(adds ? 6 : 5, "read_write", "output", y, lane)}

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let i = group * ${INVOCATIONS}u + lane;
      if (i >= ${count}u) { return; }
      let c = i % ${vectors}u;
      let pixel = i / ${vectors}u;
      let row = pixel / ${width}u;
      let column = pixel % ${width}u;
      var total = ${adds ? "sum[i]" : `${vector}()`};
      for (var k = 0u; k < ${rows.taps}u; k++) {
        let at = (rowStart[row] + k) * ${columns.inSize}u + columnStart[column];
        var line = ${vector}();
        for (var l = 0u; l < ${columns.taps}u; l++) {
          line += columnWeights[column * ${columns.taps}u + l] * ${vector}(x[(at + l) * ${vectors}u + c]);
        }
        total += rowWeights[row * ${rows.taps}u + k] * line;
      }
      output[i] = total;
    }`;

  return {
    label: `addResized [${x.shape.join(", ")}] → [${y.shape.join(", ")}]${adds ? " + sum" : ""}`,
    inputs: [x, ...bandInputs(rows, columns), ...(adds ? [y] : [])],
    output: y,
    code,
    workgroups,
    flops: height * width * channels * 2 * rows.taps * (columns.taps + 1),
  };
}
