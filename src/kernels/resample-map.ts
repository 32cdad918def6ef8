import type { Kernel } from "../runtime/graph/kernel.ts";
import type { Precision, TensorSpec } from "../runtime/graph/tensor.ts";
import { type BandShape, bandDeclarations, bandInputs } from "./shared/band-inputs.ts";
import { eachItem, itemWorkgroups } from "./shared/each-item.ts";
import { enable, lanes, storage, vector } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";

export interface ResampleMapParams {
  readonly rows: BandShape;
  readonly columns: BandShape;
  /** C; 1 if left out. */
  readonly channels?: number;
  /** Of x. */
  readonly precision: Precision;
  /** Of the answer; f32 if left out, so that depth goes to the caller unrounded. */
  readonly outPrecision?: Precision;
  /** Whether there is a sum to add to. */
  readonly adds?: boolean;
}

/**
 * `x [1, h, w, C]` resized by two bands (`rowStart, rowWeights, columnStart, columnWeights`) → `[1, H, W, C]`,
 * and added to `sum`, stored as the answer, if there is one. What the bands weigh 0 adds nothing, so that parts of
 * different places and sizes sum up one after the other. An invocation makes four channels of a pixel, or one where C is
 * not a multiple of 4.
 */
export function resampleMap(params: ResampleMapParams): Kernel {
  const { rows, columns, channels = 1, precision, outPrecision = "f32", adds = false } = params;
  const [height, width] = [rows.outSize, columns.outSize];
  const x: TensorSpec = { shape: [1, rows.inSize, columns.inSize, channels], dtype: precision };
  const output: TensorSpec = { shape: [1, height, width, channels], dtype: outPrecision };
  const lane = lanes(channels);
  const blocks = channels / lane;
  const count = height * width * blocks;
  const float = lane === 4 ? "vec4f" : "f32";

  const code = wgsl`
    ${enable(precision === "f16" ? precision : outPrecision)}
    ${storage(0, "read", "x", x, lane)}
    ${bandDeclarations(rows, columns)}
    ${adds ? storage(5, "read", "before", output, lane) : ""}
    ${storage(adds ? 6 : 5, "read_write", "output", output, lane)}

    ${eachItem(count)`
      let block = i % ${blocks}u;
      let pixel = i / ${blocks}u;
      let row = pixel / ${width}u;
      let column = pixel % ${width}u;
      ${unroll(columns.taps, (k) => `let weight${k} = columnWeights[column * ${columns.taps}u + ${k}u];`)}
      var sum = ${adds ? `${float}(before[i])` : `${float}()`};
      for (var k = 0u; k < ${rows.taps}u; k++) {
        let at = ((rowStart[row] + k) * ${columns.inSize}u + columnStart[column]) * ${blocks}u + block;
        var line = ${float}();
        ${unroll(columns.taps, (k) => `line += weight${k} * ${float}(x[at + ${k * blocks}u]);`)}
        sum += rowWeights[row * ${rows.taps}u + k] * line;
      }
      output[i] = ${vector(outPrecision, lane)}(sum);
    `}`;

  return {
    label: `resampleMap [${x.shape.join(", ")}] → [${height}, ${width}]${adds ? " + sum" : ""}`,
    inputs: [x, ...bandInputs(rows, columns), ...(adds ? [output] : [])],
    output,
    code,
    workgroups: itemWorkgroups(count),
    flops: height * width * channels * 2 * rows.taps * (columns.taps + 1),
  };
}
