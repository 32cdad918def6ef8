import type { Kernel } from "../runtime/graph/kernel.ts";
import { grid } from "./shared/grid.ts";
import { labelType } from "./shared/label-type.ts";
import { type ResizedLogitsParams, resizedLogits } from "./shared/resized-logits.ts";
import { enable, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;

/**
 * `logits [1, h, w, labels]` resized by two bands (`rowStart, rowWeights, columnStart, columnWeights`) and the class
 * with the largest value at each pixel → labels `[H, W]`, the lowest class where several are equal, as `argmax` does.
 * An invocation makes one word of labels.
 *
 * A pixel with a value that is NaN or infinite gets `labelType(labels).none`, so that a network that has overflowed
 * shows instead of answering with confidence; so may its neighbours in a word.
 */
export function argMaxResized(params: ResizedLogitsParams): Kernel {
  const { labels, rows, columns, precision } = params;
  const [height, width] = [rows.outSize, columns.outSize];
  const { dtype, none } = labelType(labels);
  const [perWord, bits] = dtype === "u8" ? ([4, 8] as const) : ([2, 16] as const);
  const pixels = height * width;
  const words = Math.ceil(pixels / perWord);
  const { workgroups, index } = grid(Math.ceil(words / INVOCATIONS));
  const logits = resizedLogits(params, perWord);

  const code = wgsl`
    ${enable(precision)}
    ${logits.declarations}
    ${storage(5, "read_write", "output", { shape: [words], dtype: "u32" }, 1)}

    fn labelsAt(row: u32, column: u32) -> Labels {
      ${logits.place}
      var best = Pixels(-3.4028234e38);
      var label = Labels();
      var total = Pixels();
      ${logits.eachClass((values, classes) =>
        values
          .map(
            (value, k) => wgsl`
              label = select(label, Labels(${classes[k]!}), ${value} > best);
              best = max(best, ${value});
              total += ${value};`,
          )
          .join("\n"),
      )}
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

  return {
    label: `argMaxResized [1, ${rows.inSize}, ${columns.inSize}, ${labels}] → [${height}, ${width}]`,
    inputs: logits.inputs,
    output: { shape: [height, width], dtype },
    code,
    workgroups,
    flops: words * logits.flops,
  };
}
