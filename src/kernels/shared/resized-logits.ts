import type { Precision, TensorSpec } from "../../runtime/graph/tensor.ts";
import { type BandShape, bandDeclarations, bandInputs, bandSpan } from "./band-inputs.ts";
import { unroll } from "./unroll.ts";
import { wgsl } from "./wgsl.ts";

export interface ResizedLogitsParams {
  /** Number of classes. */
  readonly labels: number;
  readonly rows: BandShape;
  readonly columns: BandShape & { readonly start: Uint32Array };
  /** Of the logits. */
  readonly precision: Precision;
}

/** Logits at some neighbouring pixels of a row, class after class, as WGSL texts. */
export interface ResizedLogits {
  readonly inputs: readonly TensorSpec[];
  /** The inputs from `@binding(0)` to `@binding(4)`, and `Pixels` and `Labels`, a vector of a number for each pixel. */
  readonly declarations: string;
  /** From `row: u32` and `column: u32` of the first pixel to what the loop needs; pixels past the row's end repeat its last. */
  readonly place: string;
  /** A loop over all classes, some at a time: `body` is given the names of their values (`Pixels`) and numbers (`u32`). */
  readonly eachClass: (body: (values: readonly string[], classes: readonly string[]) => string) => string;
  /** Of one invocation. */
  readonly flops: number;
}

/**
 * `logits [1, h, w, labels]` resized by two bands (`rowStart, rowWeights, columnStart, columnWeights`). The resized
 * logits, which can be a hundred times the picture, exist only in registers.
 *
 * Pixels that are neighbours look at the same few columns of logits: these are summed along the rows once, then weighed
 * for all the pixels at once.
 * @param count pixels of an invocation, 2 or 4
 */
export function resizedLogits(params: ResizedLogitsParams, count: 2 | 4): ResizedLogits {
  const { labels, rows, columns, precision } = params;
  const width = columns.outSize;
  const span = bandSpan(columns, count);
  // A picture much smaller than the logits: a loop that looks weights up again, since its unrolled text took SwiftShader
  // 8 s to compile for 240 columns on 4.
  const isWide = span > 12;

  // Classes are loaded in vectors as wide as their number allows: 4 or, for ADE20K's 150, 2.
  const lanes = labels % 4 === 0 ? 4 : labels % 2 === 0 ? 2 : 1;
  const vectors = labels / lanes;
  const vector = lanes === 1 ? "f32" : `vec${lanes}f`;
  const stored = lanes === 1 ? precision : `vec${lanes}<${precision}>`;
  const component = (k: number) => (lanes === 1 ? "" : `.${"xyzw"[k]}`);
  const across = (text: (j: number) => string) => Array.from({ length: span }, (_, j) => text(j)).join(" + ");
  /** A column of logits, that many numbers right of the corner, summed along the rows. */
  const columnOf = (offset: string) => {
    const place = (k: number) => `logits[at + ${k * columns.inSize * vectors}u + ${offset}]`;
    return Array.from({ length: rows.taps }, (_, k) => `down${k} * ${vector}(${place(k)})`).join(" + ");
  };
  const values = Array.from({ length: lanes }, (_, k) => `value${k}`);
  const classes = values.map((_, k) => `(c * ${lanes}u + ${k}u)`);

  return {
    inputs: [{ shape: [1, rows.inSize, columns.inSize, labels], dtype: precision }, ...bandInputs(rows, columns)],
    // `weightsOf`: weights of logits column `at` for the pixels whose numbers and first columns these are. Left of a pixel's
    // first column wraps around to a tap that is beyond its last as well.
    declarations: wgsl`
      @group(0) @binding(0) var<storage, read> logits: array<${stored}, ${rows.inSize * columns.inSize * vectors}>;
      ${bandDeclarations(rows, columns)}

      alias Pixels = vec${count}f;
      alias Labels = vec${count}u;

      fn weightsOf(at: u32, pixels: Labels, starts: Labels) -> Pixels {
        let tap = at - starts;
        let weight = pixels * ${columns.taps}u + min(tap, Labels(${columns.taps - 1}u));
        let weights = Pixels(${components(count, (c) => `columnWeights[weight.${c}]`)});
        return select(Pixels(), weights, tap < Labels(${columns.taps}u));
      }`,
    place: wgsl`
      let pixels = min(column + Labels(${components(count, (_, p) => `${p}u`)}), Labels(${width - 1}u));
      let starts = Labels(${components(count, (c) => `columnStart[pixels.${c}]`)});
      let first = min(starts.x, ${columns.inSize - span}u);
      ${isWide ? "" : unroll(span, (j) => `let across${j} = weightsOf(first + ${j}u, pixels, starts);`)}
      ${unroll(rows.taps, (k) => `let down${k} = rowWeights[row * ${rows.taps}u + ${k}u];`)}
      let corner = (rowStart[row] * ${columns.inSize}u + first) * ${vectors}u;`,
    eachClass: (body) => wgsl`
      for (var c = 0u; c < ${vectors}u; c++) {
        let at = corner + c;
        #if ${isWide}
        ${unroll(lanes, (k) => `var value${k} = Pixels();`)}
        for (var j = 0u; j < ${span}u; j++) {
          let across = weightsOf(first + j, pixels, starts);
          let x = ${columnOf(`j * ${vectors}u`)};
          ${unroll(lanes, (k) => `value${k} += across * x${component(k)};`)}
        }
        #else
        ${unroll(span, (j) => `let x${j} = ${columnOf(`${j * vectors}u`)};`)}
        ${unroll(lanes, (k) => `let value${k} = ${across((j) => `across${j} * x${j}${component(k)}`)};`)}
        #endif
        ${body(values, classes)}
      }`,
    flops: labels * 2 * span * (rows.taps + count),
  };
}

function components(count: number, text: (component: string, index: number) => string): string {
  return ["x", "y", "z", "w"].slice(0, count).map(text).join(", ");
}
