import type { ModelConfig } from "../../src/index.ts";
import { depthUnit } from "../../src/model/answers/predictions.ts";
import { FileError, UsageError } from "../../src/runtime/errors.ts";
import type { EvalOptions } from "../commands/eval.ts";
import {
  alignedDepth,
  alignment,
  type DepthScores,
  depthScores,
  meanScores,
  validPixels,
} from "../eval/depth-scores.ts";
import { readTruth } from "../eval/read-truth.ts";
import { askedOf } from "./asked-of.ts";
import type { Evaluation } from "./eval.ts";

/** @throws UsageError for relative depth that is not to be aligned: it has no metres to compare */
export function evalDepth(config: ModelConfig, options: EvalOptions): Evaluation {
  const { scale, minDepth: least, maxDepth: most = Number.POSITIVE_INFINITY, align = false } = options;
  const asked = askedOf(options);
  if (depthUnit(config) !== "metres" && !align) {
    const want = "want --align for a model of relative depth";
    throw new UsageError(
      `eval: ${want}, got ${config.architecture} without. Its depth is known up to a scale and a shift.`,
    );
  }
  const pictures: DepthScores[] = [];
  return {
    files: [],
    async add(model, photo, { truth: path }) {
      const levels = await readTruth(path, photo);
      const truth = path.toLowerCase().endsWith(".npy") ? levels : Float64Array.from(levels, (level) => scale * level);
      const pixels = validPixels(truth, { least, most });
      if (pixels.length === 0) {
        const want = `want depth from ${least} to ${most} m at some pixel`;
        throw new FileError(`${path}: ${want}, got none. Check --scale, --min-depth and --max-depth.`);
      }
      const { depth, unit } = await model.depth(photo, asked);
      const farthest = Number.isFinite(most) ? most : pixels.reduce((max, i) => Math.max(max, truth[i]!), 0);
      const scores = depthScores(metresOf(depth, unit, { truth, pixels, farthest, align }), truth, pixels);
      pictures.push(scores);
      return { text: `: AbsRel ${scores.absRel.toFixed(4)}, δ1 ${scores.delta1.toFixed(4)}`, json: scores };
    },
    finish() {
      const { absRel, rmse, delta1, pixels } = meanScores(pictures);
      const text = [
        `AbsRel    ${absRel.toFixed(4)}`,
        `RMSE      ${rmse.toFixed(4)} m`,
        `δ1        ${delta1.toFixed(4)}`,
        `pixels    ${pixels}`,
      ].join("\n");
      return { text, json: { absRel, rmse, delta1, pixels, aligned: align }, files: {} };
    },
  };
}

interface Truth {
  readonly truth: ArrayLike<number>;
  readonly pixels: readonly number[];
  readonly farthest: number;
  readonly align: boolean;
}

function metresOf(depth: Float32Array, unit: string, { truth, pixels, farthest, align }: Truth): ArrayLike<number> {
  if (unit !== "metres") return alignedDepth(depth, truth, pixels, farthest);
  if (!align) return depth;
  const { scale, shift } = alignment(depth, (i) => truth[i]!, pixels);
  return Float64Array.from(depth, (value) => scale * value + shift);
}
