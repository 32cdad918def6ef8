import type { Kernel } from "../runtime/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/tensor.ts";
import { type BandShape, bandDeclarations, bandInputs } from "./shared/band-inputs.ts";
import { grid } from "./shared/grid.ts";
import { enable, storage } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;

export interface ResampleMapParams {
  readonly rows: BandShape;
  readonly columns: BandShape;
  /** Of x. */
  readonly precision: Precision;
}

/**
 * `x [1, h, w]` resized by two bands (`rowStart, rowWeights, columnStart, columnWeights`) → `[H, W]` f32, whatever the
 * precision of x: depth goes to the caller unrounded.
 */
export function resampleMap({ rows, columns, precision }: ResampleMapParams): Kernel {
  const [height, width] = [rows.outSize, columns.outSize];
  const pixels = height * width;
  const x: TensorSpec = { shape: [1, rows.inSize, columns.inSize], dtype: precision };
  const output: TensorSpec = { shape: [height, width], dtype: "f32" };
  const { workgroups, index } = grid(Math.ceil(pixels / INVOCATIONS));

  const code = wgsl`
    ${enable(precision)}
    ${storage(0, "read", "x", x, 1)}
    ${bandDeclarations(rows, columns)}
    ${storage(5, "read_write", "output", output, 1)}

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let pixel = group * ${INVOCATIONS}u + lane;
      if (pixel >= ${pixels}u) { return; }
      let row = pixel / ${width}u;
      let column = pixel % ${width}u;
      ${unroll(columns.taps, (k) => `let weight${k} = columnWeights[column * ${columns.taps}u + ${k}u];`)}
      var sum = 0.0;
      for (var k = 0u; k < ${rows.taps}u; k++) {
        let at = (rowStart[row] + k) * ${columns.inSize}u + columnStart[column];
        var line = 0.0;
        ${unroll(columns.taps, (k) => `line += weight${k} * f32(x[at + ${k}u]);`)}
        sum += rowWeights[row * ${rows.taps}u + k] * line;
      }
      output[pixel] = sum;
    }`;

  return {
    label: `resampleMap [1, ${rows.inSize}, ${columns.inSize}] → [${height}, ${width}]`,
    inputs: [x, ...bandInputs(rows, columns)],
    output,
    code,
    workgroups,
    flops: pixels * 2 * rows.taps * (columns.taps + 1),
  };
}
