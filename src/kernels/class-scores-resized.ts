import type { Kernel } from "../runtime/graph/kernel.ts";
import type { TensorSpec } from "../runtime/graph/tensor.ts";
import { grid } from "./shared/grid.ts";
import { type ResizedLogitsParams, resizedLogits } from "./shared/resized-logits.ts";
import { enable, storage } from "./shared/storage.ts";
import { wgsl } from "./shared/wgsl.ts";

const INVOCATIONS = 64;
/** Neighbouring pixels of an invocation. */
const PIXELS = 4;

/**
 * How sure a softmax over the classes is at each pixel of `logits [1, h, w, labels]` resized by two bands (`rowStart,
 * rowWeights, columnStart, columnWeights`) → `[3, H, W]` f32: the largest probability, its margin over the second
 * largest, and the entropy `−Σ p ln p` (nats).
 *
 * One pass over the classes, as an online softmax: with m the largest logit so far, `S = Σ exp(l − m)` and
 * `T = Σ (l − m) exp(l − m)`, both put right whenever m grows. Then `p₁ = 1 / S`, `p₁ − p₂ = (1 − exp(m₂ − m)) / S` and
 * `−Σ p ln p = ln S − T / S`. The margin over no class, where there is but one, is 1.
 */
export function classScoresResized(params: ResizedLogitsParams): Kernel {
  const { labels, rows, columns, precision } = params;
  const [height, width] = [rows.outSize, columns.outSize];
  const runs = Math.ceil(width / PIXELS);
  const count = height * runs;
  const output: TensorSpec = { shape: [3, height, width], dtype: "f32" };
  const { workgroups, index } = grid(Math.ceil(count / INVOCATIONS));
  const logits = resizedLogits(params, PIXELS);

  const code = wgsl`
    ${enable(precision)}
    ${logits.declarations}
    ${storage(5, "read_write", "output", output, 1)}

    @compute @workgroup_size(${INVOCATIONS})
    fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
      ${index}
      let run = group * ${INVOCATIONS}u + lane;
      if (run >= ${count}u) { return; }
      let row = run / ${runs}u;
      let column = run % ${runs}u * ${PIXELS}u;
      ${logits.place}
      // Far below any logit, and near enough to 0 for differences to stay finite.
      var best = Pixels(-1e30);
      var next = Pixels(-1e30);
      var sum = Pixels();
      var moment = Pixels();
      ${logits.eachClass(
        (values) => wgsl`
          let before = best;
          ${values
            .map(
              (value) => wgsl`
                next = max(next, min(best, ${value}));
                best = max(best, ${value});`,
            )
            .join("\n")}
          let shift = before - best;
          let shrink = exp(shift);
          moment = (moment + shift * sum) * shrink;
          sum *= shrink;
          ${values
            .map(
              (value, k) => wgsl`
                let below${k} = ${value} - best;
                let power${k} = exp(below${k});
                sum += power${k};
                moment += below${k} * power${k};`,
            )
            .join("\n")}`,
      )}
      let confidence = 1.0 / sum;
      let margin = (1.0 - exp(next - best)) * confidence;
      let entropy = max(log(sum) - moment * confidence, Pixels());
      let pixel = row * ${width}u + column;
      for (var k = 0u; k < min(${PIXELS}u, ${width}u - column); k++) {
        output[pixel + k] = confidence[k];
        output[${height * width}u + pixel + k] = margin[k];
        output[${2 * height * width}u + pixel + k] = entropy[k];
      }
    }`;

  return {
    label: `classScoresResized [1, ${rows.inSize}, ${columns.inSize}, ${labels}] → [3, ${height}, ${width}]`,
    inputs: logits.inputs,
    output,
    code,
    workgroups,
    flops: count * (logits.flops + PIXELS * labels * 6),
  };
}
