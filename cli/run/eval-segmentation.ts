import { Fields } from "../../src/model/config/fields.ts";
import type { EvalOptions } from "../commands/eval.ts";
import { ConfusionMatrix } from "../eval/confusion-matrix.ts";
import { confusionPlot } from "../eval/confusion-plot.ts";
import { readTruth, reducedLabels } from "../eval/read-truth.ts";
import { segmentationScores } from "../eval/segmentation-scores.ts";
import { textTable } from "../text/text-table.ts";
import { askedOf } from "./asked-of.ts";
import type { Evaluation } from "./eval.ts";

/** What mmsegmentation and transformers ignore unless told otherwise. */
const IGNORED = 255;

const CONFUSION = "confusion.svg";

/** @param configJson config.json, which may say what its training ignored */
export function evalSegmentation(names: readonly string[], configJson: unknown, options: EvalOptions): Evaluation {
  const { ignore, reduceLabels } = options;
  const asked = askedOf(options);
  const ignored = ignore ?? new Fields("config.json", configJson ?? {}).whole("semantic_loss_ignore_index", IGNORED, 0);
  const matrix = new ConfusionMatrix(names.length);
  return {
    files: [CONFUSION],
    async add(model, photo, { truth: path }) {
      const truth = await readTruth(path, photo);
      const isReduced = reduceLabels ?? model.processor?.doReduceLabels ?? false;
      const { labels } = await model.segment(photo, asked);
      matrix.add(labels, isReduced ? reducedLabels(truth) : truth, ignored, path);
      return { text: "" };
    },
    finish() {
      const { accuracy, meanIou, meanAccuracy, classes } = segmentationScores(matrix);
      const score = (value: number) => (Number.isNaN(value) ? "-" : value.toFixed(4));
      const rows = classes.map(({ iou, accuracy: found, pixels }, id) => {
        return [String(id), names[id]!, score(iou), score(found), String(pixels)];
      });
      const text = [
        textTable([">id", "class", ">IoU", ">accuracy", ">pixels"], rows),
        "",
        `mIoU      ${score(meanIou)}`,
        `aAcc      ${score(accuracy)}`,
        `mAcc      ${score(meanAccuracy)}`,
      ].join("\n");
      const { counts, classes: count } = matrix;
      const confusion = names.map((_, id) => [...counts.subarray(id * count, (id + 1) * count)]);
      const json = {
        // JSON has no NaN: null is a score of a class that is not there.
        mIoU: meanIou,
        aAcc: accuracy,
        mAcc: meanAccuracy,
        ignored,
        classes: classes.map(({ iou, accuracy: found, pixels }, id) => ({
          id,
          name: names[id],
          iou,
          accuracy: found,
          pixels,
        })),
        confusion,
      };
      return { text, json, files: { [CONFUSION]: confusionPlot(matrix, names) } };
    },
  };
}
