import { expect, test } from "vitest";
import { logitsBand } from "../../../src/model/pictures/postprocess.ts";
import { blendGraph } from "../../../src/model/windows/blend-graph.ts";
import { CellBands } from "../../../src/model/windows/cells.ts";
import type { Rect } from "../../../src/model/windows/crop.ts";
import { cellsOf, type Look, labelsByWindows } from "../../../src/model/windows/label-windows.ts";
import { windowAxis } from "../../../src/model/windows/window-layout.ts";
import type { ConstantData } from "../../../src/runtime/graph/graph.ts";
import { expectClose } from "../../expect-close.ts";
import { randomNormal } from "../../random.ts";
import { applyBands } from "../../reference/apply-bands.ts";
import { argMax } from "../../reference/arg-max.ts";
import { type BlendedWindow, blendWindows } from "../../reference/blend-windows.ts";
import { classScores } from "../../reference/class-scores.ts";
import { runGraph } from "../../run-graph.ts";

interface Given {
  readonly picture: { readonly width: number; readonly height: number };
  readonly labels: number;
  readonly overlap: number;
  /** Windows, the size of their logits, and whether they are seen mirrored. */
  readonly views: readonly {
    readonly tile: { readonly width: number; readonly height: number };
    readonly logits: { readonly width: number; readonly height: number };
    readonly mirrored: boolean;
  }[];
}

/** Logits of a window that hang on nothing but its place. */
function logitsAt({ top, left }: Rect, length: number, view: number): Float32Array {
  return randomNormal(length, 1 + top * 1009 + left * 31 + view * 7, { deviation: 3 });
}

function looksOf({ picture, labels, overlap, views }: Given, seen: string[]): Look[] {
  const axes = views.map(({ tile }) => ({
    rows: windowAxis(picture.height, tile.height, overlap),
    columns: windowAxis(picture.width, tile.width, overlap),
  }));
  const cells = cellsOf(axes);
  return views.map(({ tile, logits, mirrored }, v) => ({
    ...axes[v]!,
    mirrored,
    down: new CellBands(
      axes[v]!.rows,
      logitsBand(logits.height, 2 * logits.height, tile.height, "bilinear"),
      cells.rows.size,
    ),
    across: new CellBands(
      axes[v]!.columns,
      logitsBand(logits.width, 2 * logits.width, tile.width, "bilinear"),
      cells.columns.size,
    ),
    ...logits,
    logitsOf: async (window) => {
      seen.push(`${v}: ${window.top}, ${window.left}`);
      return logitsAt(window, logits.width * logits.height * labels, v);
    },
  }));
}

/** Logits, or logarithms of mean probabilities of several views, for each pixel. */
function reference({ picture, labels, overlap, views }: Given): Float64Array {
  const maps = views.map(({ tile, logits, mirrored }, v) => {
    const rows = windowAxis(picture.height, tile.height, overlap);
    const columns = windowAxis(picture.width, tile.width, overlap);
    const windows = rows.starts.flatMap((top) =>
      columns.starts.map((left): BlendedWindow => {
        const rect = { top, left, ...tile };
        const down = logitsBand(logits.height, 2 * logits.height, tile.height, "bilinear");
        const across = logitsBand(logits.width, 2 * logits.width, tile.width, "bilinear");
        const values = applyBands(logitsAt(rect, logits.width * logits.height * labels, v), labels, down, across);
        return { ...rect, values: mirrored ? mirroredMap(values, tile.width, labels) : values };
      }),
    );
    return blendWindows(windows, picture, labels, { rows: rows.shared, columns: columns.shared });
  });
  if (maps.length === 1) return maps[0]!;
  const mean = new Float64Array(maps[0]!.length);
  for (const map of maps) {
    for (let at = 0; at < map.length; at += labels) {
      const powers = [...map.subarray(at, at + labels)].map(Math.exp);
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (const [c, power] of powers.entries()) mean[at + c]! += power / total / maps.length;
    }
  }
  return mean.map(Math.log);
}

function mirroredMap(values: Float64Array, width: number, channels: number): Float64Array {
  return values.map((_, i) => {
    const pixel = Math.floor(i / channels);
    const turned = pixel - (pixel % width) + width - 1 - (pixel % width);
    return values[turned * channels + (i % channels)]!;
  });
}

const plain = { tile: { width: 32, height: 24 }, logits: { width: 8, height: 6 }, mirrored: false };

const cases: readonly [string, Given][] = [
  ["windows that share a quarter", { picture: { width: 75, height: 53 }, labels: 5, overlap: 0.25, views: [plain] }],
  ["windows side by side", { picture: { width: 64, height: 48 }, labels: 8, overlap: 0, views: [plain] }],
  ["most of a window shared", { picture: { width: 61, height: 24 }, labels: 3, overlap: 0.75, views: [plain] }],
  [
    "cells of 128 pixels, larger windows",
    {
      picture: { width: 150, height: 290 },
      labels: 2,
      overlap: 0.3,
      views: [{ tile: { width: 150, height: 201 }, logits: { width: 10, height: 13 }, mirrored: false }],
    },
  ],
  [
    "mirrored alone",
    { picture: { width: 75, height: 31 }, labels: 4, overlap: 0.25, views: [{ ...plain, mirrored: true }] },
  ],
  [
    "views of other sizes, one mirrored",
    {
      picture: { width: 70, height: 45 },
      labels: 6,
      overlap: 0.25,
      views: [
        plain,
        { ...plain, mirrored: true },
        { tile: { width: 43, height: 32 }, logits: { width: 7, height: 9 }, mirrored: false },
      ],
    },
  ],
  [
    "more classes than a byte tells",
    { picture: { width: 33, height: 25 }, labels: 257, overlap: 0.25, views: [plain] },
  ],
];

test.each(cases)("%s: labels and scores as the float64 loop has them", async (_, given) => {
  const { picture, labels } = given;
  const size = [picture.height, picture.width];
  const want = reference(given);
  const { labels: best, margins } = argMax(want, labels);
  const wanted = classScores(want, labels);
  // Strips as wide as the picture, and as narrow as can be.
  for (const budget of [undefined, 0]) {
    const seen: string[] = [];
    const told: [number, number][] = [];
    const got = await labelsByWindows({
      picture,
      labels,
      looks: looksOf(given, seen),
      scores: true,
      blend: async (shape, inputs) => runGraph(blendGraph(shape), inputs as Record<string, ConstantData>),
      onWindow: (done, total) => told.push([done, total]),
      budget,
    });
    const wrong = best.filter((label, i) => margins[i]! >= 1e-4 && got.labels[i] !== label);
    expect(wrong).toEqual([]);
    // Logits to 10, resized, weighed and added up: some roundings of these.
    for (const name of ["confidence", "margin", "entropy"] as const) {
      expectClose(got.scores![name], wanted[name], size, 2e-5, name);
    }
    expect(got.windows).toBe(seen.length);
    expect(told).toEqual(seen.map((_, i) => [i + 1, seen.length]));
    if (budget === undefined) expect(new Set(seen).size).toBe(seen.length);
  }
});
