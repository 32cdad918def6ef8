import { labelType } from "../../kernels/shared/label-type.ts";
import type { InputData } from "../../runtime/graph/graph.ts";
import { readLabels } from "../answers/output-share.ts";
import { type PixelScores, readScores } from "../answers/pixel-scores.ts";
import type { Size } from "../pictures/processor.ts";
import { type BlendShape, type BlendView, blendInputs } from "./blend-graph.ts";
import { type CellAxis, type CellBand, type CellBands, cellAxis } from "./cells.ts";
import type { Rect } from "./crop.ts";
import { type WindowAxis, windowsOver } from "./window-layout.ts";

/** One way to look through windows: a view, mirrored or not, and what comes of it. */
export interface Look {
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
  readonly mirrored: boolean;
  /** From a window's logits to its pixels, cell by cell. */
  readonly down: CellBands;
  readonly across: CellBands;
  /** Of a window's logits. */
  readonly width: number;
  readonly height: number;
  /** Runs the network on a window: logits `[height, width, labels]`. */
  readonly logitsOf: (window: Rect) => Promise<Float32Array>;
}

export interface LabelWindows {
  readonly picture: Size;
  readonly labels: number;
  readonly looks: readonly Look[];
  readonly scores: boolean;
  /** Runs {@link blendGraph}. */
  readonly blend: (
    shape: BlendShape,
    inputs: Readonly<Record<string, InputData>>,
  ) => Promise<ReadonlyMap<string, ArrayBuffer>>;
  /** Called after each window with the number of those that are done, and of all. */
  readonly onWindow?: ((done: number, total: number) => void) | undefined;
  /** Bytes of logits that may wait in JS memory for the windows below them; 512 MiB if left out. */
  readonly budget?: number | undefined;
}

const BUDGET = 2 ** 29;

/** Side of the cells that windows of these looks are blended in. */
export function cellsOf(looks: readonly Pick<Look, "rows" | "columns">[]): { rows: CellAxis; columns: CellAxis } {
  return { rows: cellAxis(looks.map(({ rows }) => rows)), columns: cellAxis(looks.map(({ columns }) => columns)) };
}

/**
 * Labels of a picture of any size from logits of windows. The GPU holds one window's network or one cell at a time. A
 * window's logits wait in JS memory, at the size at which the head computes them, from the first cell that needs them to
 * the last. So that these do not grow with the picture's width, a wide picture is cut into strips of columns, top to bottom
 * each; windows on the line between two are run for both.
 */
export async function labelsByWindows(options: LabelWindows) {
  const { picture, labels, looks, scores, blend, onWindow, budget = BUDGET } = options;
  const pixels = picture.width * picture.height;
  const type = labelType(labels);
  const answer = type.dtype === "u8" ? new Uint8Array(pixels) : new Uint16Array(pixels);
  const planes: PixelScores | undefined = scores ? planesOf(pixels) : undefined;
  const cells = cellsOf(looks);
  const cell = { height: cells.rows.size, width: cells.columns.size };
  const strips = stripsOf(cells, looks, labels, budget);
  const total = strips.reduce((sum, strip) => sum + windowsOf(looks, strip, cell.width), 0);
  let done = 0;
  for (const strip of strips) {
    const kept = looks.map(() => new Map<string, { readonly bottom: number; readonly logits: Float32Array }>());
    for (const [i, top] of cells.rows.starts.entries()) {
      for (const left of strip) {
        const views: BlendView[] = [];
        const inputs: Record<string, InputData> = {};
        for (const [v, look] of looks.entries()) {
          const down = bandsTo(look.down, look.rows, top, cell.height, false);
          const across = bandsTo(look.across, look.columns, left, cell.width, look.mirrored);
          let windows = 0;
          for (const [row, rows] of down) {
            for (const [column, columns] of across) {
              const key = `${row} ${column}`;
              let window = kept[v]!.get(key);
              if (!window) {
                const rect = rectOf(look, row, column);
                window = { bottom: rect.top + rect.height, logits: await look.logitsOf(rect) };
                kept[v]!.set(key, window);
                onWindow?.(++done, total);
              }
              const cut = cutOut(window.logits, look.width, labels, rows, columns);
              const data = [cut, rows.start, rows.weights, columns.start, columns.weights];
              for (const [k, name] of blendInputs(v, windows).entries()) inputs[name] = data[k]!;
              windows++;
            }
          }
          views.push({ rows: look.down.shape, columns: look.across.shape, windows });
        }
        const outputs = await blend({ cell, labels, views, scores }, inputs);
        const share = { index: 0, count: 1, pixels: cell.width * cell.height };
        const place = { top, left, width: cell.width };
        paste(readLabels(outputs.get("labels")!, type, share), answer, picture.width, place);
        if (!planes) continue;
        const read = readScores(outputs.get("scores")!, share);
        for (const name of ["confidence", "margin", "entropy"] as const) {
          paste(read[name], planes[name], picture.width, place);
        }
      }
      const next = cells.rows.starts[i + 1] ?? picture.height;
      for (const windows of kept) for (const [key, { bottom }] of windows) if (bottom <= next) windows.delete(key);
    }
  }
  return { labels: answer, scores: planes, windows: total };
}

function planesOf(pixels: number): PixelScores {
  return {
    confidence: new Float32Array(pixels),
    margin: new Float32Array(pixels),
    entropy: new Float32Array(pixels),
  };
}

/** Columns of cells, as many neighbours at a time as the logits of their windows fit into the budget. */
function stripsOf(
  cells: { rows: CellAxis; columns: CellAxis },
  looks: readonly Look[],
  labels: number,
  budget: number,
): readonly (readonly number[])[] {
  const { rows, columns } = cells;
  const waiting = looks.map((look) => {
    const most = Math.max(...rows.starts.map((top) => windowsOver(look.rows, top, top + rows.size).length));
    return most * look.width * look.height * labels * Float32Array.BYTES_PER_ELEMENT;
  });
  const strips: number[][] = [];
  for (const left of columns.starts) {
    const wider = [...(strips.at(-1) ?? []), left];
    const bytes = looks.reduce((sum, look, v) => sum + waiting[v]! * acrossStrip(look, wider, columns.size), 0);
    if (strips.length > 0 && bytes <= budget) strips[strips.length - 1] = wider;
    else strips.push([left]);
  }
  return strips;
}

/** How many windows beside each other a strip needs. */
function acrossStrip({ columns }: Look, strip: readonly number[], cell: number): number {
  return windowsOver(columns, strip[0]!, strip.at(-1)! + cell).length;
}

function windowsOf(looks: readonly Look[], strip: readonly number[], cell: number): number {
  return looks.reduce((sum, look) => sum + look.rows.starts.length * acrossStrip(look, strip, cell), 0);
}

function bandsTo(bands: CellBands, axis: WindowAxis, begin: number, size: number, mirrored: boolean) {
  return windowsOver(axis, begin, begin + size).map((window) => [window, bands.to(window, begin, mirrored)] as const);
}

function rectOf({ rows, columns }: Look, row: number, column: number): Rect {
  return { top: rows.starts[row]!, left: columns.starts[column]!, height: rows.tile, width: columns.tile };
}

/** The part of a window's logits that two bands read. */
function cutOut(logits: Float32Array, width: number, labels: number, rows: CellBand, columns: CellBand): Float32Array {
  const line = columns.inSize * labels;
  const cut = new Float32Array(rows.inSize * line);
  for (let row = 0; row < rows.inSize; row++) {
    const from = ((rows.from + row) * width + columns.from) * labels;
    cut.set(logits.subarray(from, from + line), row * line);
  }
  return cut;
}

function paste<Numbers extends Uint8Array | Uint16Array | Float32Array>(
  cell: Numbers,
  picture: Numbers,
  pictureWidth: number,
  { top, left, width }: { readonly top: number; readonly left: number; readonly width: number },
): void {
  for (let from = 0, row = top; from < cell.length; from += width, row++) {
    picture.set(cell.subarray(from, from + width), row * pictureWidth + left);
  }
}
