import * as Plot from "@observablehq/plot";
import { plotSvg } from "../text/plot-svg.ts";
import type { ConfusionMatrix } from "./confusion-matrix.ts";

/** Pixels of a cell's side, where there are few classes and where there are many. */
const [LARGE_CELL, SMALL_CELL] = [44, 9];
/** Up to so many classes the shares are written into the cells. */
const MOST_WITH_NUMBERS = 30;
/** For names of classes. */
const MARGIN = 120;

/**
 * A confusion matrix as an SVG file: a row for each class of the truth, a column for each that was predicted, each cell the
 * share of its row's pixels. Classes that are not in the truth have an empty row.
 */
export function confusionPlot(matrix: ConfusionMatrix, names: readonly string[]): string {
  const { classes: count, counts } = matrix;
  const labels = names.map((name, id) => `${id} ${name}`);
  const cells = labels.flatMap((truth, row) => {
    const ofRow = counts.subarray(row * count, (row + 1) * count);
    const total = ofRow.reduce((sum, pixels) => sum + pixels, 0);
    return total === 0
      ? []
      : labels.map((predicted, column) => {
          const share = ofRow[column]! / total;
          return { truth, predicted, share, title: `${truth} seen as ${predicted}: ${(100 * share).toFixed(2)} %` };
        });
  });
  const hasNumbers = count <= MOST_WITH_NUMBERS;
  const side = count * (hasNumbers ? LARGE_CELL : SMALL_CELL);
  const text = {
    title: "Confusion matrix",
    description: `For each of ${count} classes of the truth, what share of its pixels was predicted as which class.`,
  };
  const options: Plot.PlotOptions = {
    width: side + MARGIN + 20,
    height: side + MARGIN + 20,
    marginLeft: MARGIN,
    marginTop: MARGIN,
    marginBottom: 20,
    padding: 0.04,
    x: { domain: labels, axis: "top", tickRotate: -60, label: "predicted" },
    y: { domain: labels, label: "truth" },
    color: { type: "sqrt", domain: [0, 1], scheme: "blues", label: "share of the truth's pixels" },
    marks: [
      Plot.cell(cells, { x: "predicted", y: "truth", fill: "share", title: "title" }),
      ...(hasNumbers
        ? [
            Plot.text(
              cells.filter(({ share }) => share >= 0.005),
              {
                x: "predicted",
                y: "truth",
                text: ({ share }: { share: number }) => (100 * share).toFixed(0),
                fill: ({ share }: { share: number }) => (share > 0.3 ? "white" : "black"),
              },
            ),
          ]
        : []),
    ],
  };
  // A file of its own has no page to take colours from.
  return `${plotSvg(text, options, { background: "white", color: "black", fontFamily: "sans-serif" })}\n`;
}
