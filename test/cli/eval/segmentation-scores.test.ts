import { expect, test } from "vitest";
import { ConfusionMatrix } from "../../../cli/eval/confusion-matrix.ts";
import { confusionPlot } from "../../../cli/eval/confusion-plot.ts";
import { segmentationScores } from "../../../cli/eval/segmentation-scores.ts";

/** mmsegmentation's own way: per picture and class, by masks, intersections and unions added up. */
function byMasks(pictures: readonly [number[], number[]][], classes: number, ignore: number) {
  const intersect = new Array<number>(classes).fill(0);
  const predicted = new Array<number>(classes).fill(0);
  const labels = new Array<number>(classes).fill(0);
  for (const [answer, truth] of pictures) {
    const kept = truth.map((_, i) => i).filter((i) => truth[i] !== ignore);
    for (let id = 0; id < classes; id++) {
      intersect[id]! += kept.filter((i) => answer[i] === id && truth[i] === id).length;
      predicted[id]! += kept.filter((i) => answer[i] === id).length;
      labels[id]! += kept.filter((i) => truth[i] === id).length;
    }
  }
  return intersect.map((both, id) => ({
    iou: both / (predicted[id]! + labels[id]! - both),
    accuracy: both / labels[id]!,
    pixels: labels[id],
  }));
}

const PICTURES: [number[], number[]][] = [
  [
    [0, 0, 1, 1, 3, 0],
    [0, 1, 1, 255, 0, 0],
  ],
  [
    [1, 1, 0],
    [1, 0, 0],
  ],
];

test("scores are added up over the set, NaN for classes that are not there", () => {
  const matrix = new ConfusionMatrix(5);
  for (const [answer, truth] of PICTURES) matrix.add(answer, truth, 255, "x.png");
  const { classes, accuracy, meanIou, meanAccuracy } = segmentationScores(matrix);
  expect(classes).toEqual(byMasks(PICTURES, 5, 255));
  // 0: 3 of 5 + 4 - 3; 1: 2 of 3 + 3 - 2; 2 and 4 nowhere; 3 predicted once, never true.
  expect(classes.map(({ iou }) => iou)).toEqual([3 / 6, 2 / 4, Number.NaN, 0, Number.NaN]);
  expect(classes.map((entry) => entry.accuracy)).toEqual([3 / 5, 2 / 3, Number.NaN, Number.NaN, Number.NaN]);
  expect(accuracy).toBe(5 / 8);
  expect(meanIou).toBeCloseTo((0.5 + 0.5 + 0) / 3, 12);
  expect(meanAccuracy).toBeCloseTo((3 / 5 + 2 / 3) / 2, 12);
});

test("a label that is no class and not ignored is an error", () => {
  expect(() => new ConfusionMatrix(3).add([0], [11], 255, "a.png")).toThrow(
    "a.png: want labels from 0 to 2, or 255 for pixels that do not count, got 11. Name it with --ignore",
  );
});

test("the plot has a cell for each pair of classes of the truth, and says what it is", () => {
  const matrix = new ConfusionMatrix(5);
  for (const [answer, truth] of PICTURES) matrix.add(answer, truth, 255, "x.png");
  const svg = confusionPlot(matrix, ["a", "b", "c", "d<", "e"]);
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg.match(/<rect/g)).toHaveLength(10);
  expect(svg).toContain("0 a seen as 3 d&lt;: 20.00 %");
});
