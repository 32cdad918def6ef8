import type { Kernel } from "../runtime/kernel.ts";
import type { Precision } from "../runtime/tensor.ts";
import { type BandShape, bandDeclarations, bandInputs } from "./shared/band-inputs.ts";
import { grid } from "./shared/grid.ts";
import { enable, storage } from "./shared/storage.ts";
import { unroll } from "./shared/unroll.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;

/** How labels are stored: `none` is what a pixel gets that has no label since one of its values is NaN or infinite. */
export interface LabelType {
  readonly dtype: "u8" | "u16";
  readonly none: number;
}

/** Bytes while one number is left over for `none`. */
export function labelType(labels: number): LabelType {
  return labels <= 255 ? { dtype: "u8", none: 255 } : { dtype: "u16", none: 65535 };
}

export interface ArgMaxResizedParams {
  /** Number of classes. */
  readonly labels: number;
  readonly rows: BandShape;
  readonly columns: BandShape & { readonly start: Uint32Array };
  /** Of the logits. */
  readonly precision: Precision;
}

/**
 * `logits [1, h, w, labels]` resized by two bands (`rowStart, rowWeights, columnStart, columnWeights`) and the class
 * with the largest value at each pixel → labels `[H, W]`, the lowest class where several are equal, as `argmax` does.
 * The resized logits, which can be a hundred times the picture, exist only in registers.
 *
 * A pixel with a value that is NaN or infinite gets `labelType(labels).none`, so that a network that has overflowed
 * shows instead of answering with confidence; so may its neighbours in a word.
 *
 * An invocation makes one word of labels. Its pixels are neighbours, so they look at the same few columns of logits:
 * these are summed along the rows once, then weighed for all of its pixels at once.
 */
export function argMaxResized({ labels, rows, columns, precision }: ArgMaxResizedParams): Kernel {
  const [height, width] = [rows.outSize, columns.outSize];
  const { dtype, none } = labelType(labels);
  const [perWord, bits] = dtype === "u8" ? [4, 8] : [2, 16];
  const pixels = height * width;
  const words = Math.ceil(pixels / perWord);
  const span = spanOf(columns, perWord);
  // A picture much smaller than the logits: a loop that looks weights up again, since its unrolled text took SwiftShader
  // 8 s to compile for 240 columns on 4.
  const isWide = span > 12;
  const { workgroups, index } = grid(Math.ceil(words / INVOCATIONS));

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

  const code = wgsl`
    ${enable(precision)}
    @group(0) @binding(0) var<storage, read> logits: array<${stored}, ${rows.inSize * columns.inSize * vectors}>;
    ${bandDeclarations(rows, columns)}
    ${storage(5, "read_write", "output", { shape: [words], dtype: "u32" }, 1)}

    alias Pixels = vec${perWord}f;
    alias Labels = vec${perWord}u;

    // Weights of logits column "at" for the pixels whose numbers and first columns these are.
    fn weightsOf(at: u32, pixels: Labels, starts: Labels) -> Pixels {
      // Left of a pixel's first column wraps around to a tap that is beyond its last as well.
      let tap = at - starts;
      let weight = pixels * ${columns.taps}u + min(tap, Labels(${columns.taps - 1}u));
      let weights = Pixels(${components(perWord, (c) => `columnWeights[weight.${c}]`)});
      return select(Pixels(), weights, tap < Labels(${columns.taps}u));
    }

    fn labelsAt(row: u32, column: u32) -> Labels {
      let pixels = min(column + Labels(${components(perWord, (_, p) => `${p}u`)}), Labels(${width - 1}u));
      let starts = Labels(${components(perWord, (c) => `columnStart[pixels.${c}]`)});
      let first = min(starts.x, ${columns.inSize - span}u);
      ${isWide ? "" : unroll(span, (j) => `let across${j} = weightsOf(first + ${j}u, pixels, starts);`)}
      ${unroll(rows.taps, (k) => `let down${k} = rowWeights[row * ${rows.taps}u + ${k}u];`)}
      let corner = (rowStart[row] * ${columns.inSize}u + first) * ${vectors}u;

      var best = Pixels(-3.4028234e38);
      var label = Labels();
      var total = Pixels();
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
        ${unroll(
          lanes,
          (k) => wgsl`
            label = select(label, Labels(c * ${lanes}u + ${k}u), value${k} > best);
            best = max(best, value${k});
            total += value${k};`,
        )}
      }
      // NaN and infinity survive in the sum; looked for in its bits, since a shader compiler may take v == v for true.
      let isBroken = (bitcast<Labels>(total) & Labels(0x7f800000u)) == Labels(0x7f800000u);
      return select(label, Labels(${none}u), isBroken);
    }

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let word = group * ${INVOCATIONS}u + lane;
      if (word >= ${words}u) { return; }
      // One turn, unless the word goes on in the next row.
      var packed = 0u;
      var pixel = word * ${perWord}u;
      let end = min(pixel + ${perWord}u, ${pixels}u);
      while (pixel < end) {
        let column = pixel % ${width}u;
        let labels = labelsAt(pixel / ${width}u, column);
        let count = min(end - pixel, ${width}u - column);
        for (var k = 0u; k < count; k++) {
          packed |= labels[k] << ((pixel + k) % ${perWord}u * ${bits}u);
        }
        pixel += count;
      }
      output[word] = packed;
    }`;

  const shape = [1, rows.inSize, columns.inSize, labels];
  return {
    label: `argMaxResized [${shape.join(", ")}] → [${height}, ${width}]`,
    inputs: [{ shape, dtype: precision }, ...bandInputs(rows, columns)],
    output: { shape: [height, width], dtype },
    code,
    workgroups,
    flops: words * labels * 2 * span * (rows.taps + perWord),
  };
}

/** Most columns that `count` neighbouring pixels look at. */
function spanOf({ start, taps }: ArgMaxResizedParams["columns"], count: number): number {
  const last = start.length - 1;
  return start.reduce((most, first, i) => Math.max(most, start[Math.min(i + count - 1, last)]! + taps - first), 0);
}

function components(count: number, text: (component: string, index: number) => string): string {
  return ["x", "y", "z", "w"].slice(0, count).map(text).join(", ");
}
