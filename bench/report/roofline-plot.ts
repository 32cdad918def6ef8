import * as Plot from "@observablehq/plot";
import { roofline } from "../ceilings/ceilings.ts";
import type { Html } from "./html.ts";
import { rateWords, threeDigits, timeWords } from "./number-words.ts";
import { plotSvg } from "./plot-svg.ts";
import { type Roof, roofsOf } from "./roofs.ts";
import type { SavedKernel, SavedKernels } from "./saved-report.ts";

const WIDTH = 920;
const HEIGHT = 520;
const MARGIN = { marginLeft: 62, marginRight: 24, marginTop: 28, marginBottom: 46 };

/** In the order of the legend; each has a colour of its own. */
export const KERNEL_KINDS = ["matmul", "convolution", "by Winograd", "attention", "other"] as const;
export const KERNEL_COLOURS = KERNEL_KINDS.map((_, i) => `var(--series-${i + 1})`);
/** Circles and diamonds, told apart without colour too. */
const DTYPE_SYMBOLS = { f32: "circle", f16: "diamond" } as const;
/** The same for a legend. */
export const DTYPE_SIGNS = { f32: "●", f16: "◆" } as const;

interface Dot {
  readonly intensity: number;
  readonly rate: number;
  readonly kind: (typeof KERNEL_KINDS)[number];
  readonly dtype: keyof typeof DTYPE_SYMBOLS;
  readonly number: string;
  readonly title: string;
}

/**
 * The roofline of one adapter (Williams et al., 2009): kernels by their operations a byte and a second, under what a copy
 * and multiply-adds reach on the same adapter. A kernel's number is that of its row in the report's table.
 */
export function rooflinePlot(reports: readonly SavedKernels[]): Html {
  const dots = reports.flatMap((report) => report.results.flatMap((result, i) => dotOf(report, result, i)));
  const measured = reports.flatMap(({ ceilings }) => ceilings ?? []);
  const bandwidth = Math.max(0, ...measured.map((ceilings) => ceilings.bandwidth));
  const roofs = roofsOf(measured);
  const x = decades(dots.map(({ intensity }) => intensity));
  const y = decades([...dots.map(({ rate }) => rate), ...roofs.map(({ rate }) => rate)]);
  // A tick of six digits says less than one in the next unit.
  const [unit, unitName] = y[1] > 2e13 ? [1e12, "TFLOP/s"] : [1e9, "GFLOP/s"];
  const { adapter } = reports[0]!;
  return plotSvg(
    {
      title: `Roofline of ${adapter}`,
      description:
        `${dots.length} kernels by operations a byte and a second. ` +
        `${bandwidth ? `Copy ${threeDigits(bandwidth / 1e9)} GB/s. ` : "No ceilings were measured. "}` +
        `${roofs.map(({ label, rate }) => `${label} ${rateWords(rate)}.`).join(" ")} The figures are in the table below.`,
    },
    {
      width: WIDTH,
      height: HEIGHT,
      ...MARGIN,
      x: { type: "log", domain: x, label: "FLOP a byte, each input and output counted once", tickFormat: plain },
      y: { type: "log", domain: y, label: unitName, tickFormat: (rate) => plain(rate / unit), grid: true },
      color: { domain: KERNEL_KINDS, range: KERNEL_COLOURS },
      symbol: { domain: Object.keys(DTYPE_SYMBOLS), range: Object.values(DTYPE_SYMBOLS) },
      marks: [
        ...(bandwidth ? memoryMarks(bandwidth, x, y, roofs) : []),
        ...roofs.map((roof) => roofMark(roof, bandwidth, x)),
        Plot.text(roofs, {
          x: () => x[1],
          y: "rate",
          text: ({ label, rate }: Roof) => `${label} ${rateWords(rate)}`,
          textAnchor: "end",
          dy: -7,
          fill: "var(--muted)",
          stroke: "var(--page)",
        }),
        Plot.dot(dots, {
          x: "intensity",
          y: "rate",
          fill: "kind",
          symbol: "dtype",
          r: 5,
          stroke: "var(--page)",
          title: "title",
        }),
        Plot.text(dots, {
          x: "intensity",
          y: "rate",
          text: "number",
          dx: 7,
          textAnchor: "start",
          fontSize: 9.5,
          fill: "currentColor",
          stroke: "var(--page)",
        }),
      ],
    },
  );
}

/** What a report's table calls the kernels of this dtype: `h7` is the seventh of f16. */
export function kernelNumber({ dtype = "f32" }: SavedKernels, index: number): string {
  return `${dtype === "f16" ? "h" : ""}${index + 1}`;
}

/** None for a kernel that computes nothing, or too fast for the clock. */
function dotOf(report: SavedKernels, result: SavedKernel, index: number): Dot[] {
  const { role, label, flops, bytes, seconds } = result;
  if (!(flops > 0 && seconds > 0)) return [];
  const { dtype = "f32", ceilings } = report;
  const rate = flops / seconds;
  const bound = result.bound ?? (ceilings && roofline(ceilings, dtype, result));
  const number = kernelNumber(report, index);
  const words = [`${number}. ${label} (${role}), ${dtype}`, timeWords(seconds), rateWords(rate)];
  if (bound) words.push(`${Math.round((100 * rate) / bound)} % of its roof`);
  return [{ intensity: flops / bytes, rate, kind: kindOf(label), dtype, number, title: words.join("\n") }];
}

function kindOf(label: string): Dot["kind"] {
  if (/ by F\(/.test(label)) return "by Winograd";
  if (/^conv/.test(label)) return "convolution";
  if (label.startsWith("matmul")) return "matmul";
  return label.startsWith("attention") ? "attention" : "other";
}

function roofMark({ rate }: Roof, bandwidth: number, [from, to]: readonly [number, number]): Plot.Markish {
  const ridge = bandwidth ? Math.max(from, rate / bandwidth) : from;
  return Plot.ruleY([rate], { x1: ridge, x2: to, stroke: "var(--roof)", strokeWidth: 1.5 });
}

/** The slope, up to the highest roof, and its name along it. */
function memoryMarks(
  bandwidth: number,
  x: readonly [number, number],
  y: readonly [number, number],
  roofs: readonly Roof[],
): Plot.Markish[] {
  const top = Math.max(...roofs.map(({ rate }) => rate));
  const from = Math.max(x[0], y[0] / bandwidth);
  const to = Math.min(x[1], top / bandwidth);
  if (from >= to) return [];
  const pixels = ([low, high]: readonly [number, number], length: number) => length / Math.log10(high / low);
  const across = pixels(x, WIDTH - MARGIN.marginLeft - MARGIN.marginRight);
  const up = pixels(y, HEIGHT - MARGIN.marginTop - MARGIN.marginBottom);
  const middle = Math.sqrt(from * to);
  return [
    Plot.line([from, to], {
      x: (value: number) => value,
      y: (value: number) => value * bandwidth,
      stroke: "var(--roof)",
    }),
    Plot.text([middle], {
      x: (value: number) => value,
      y: (value: number) => value * bandwidth,
      text: [`copy ${threeDigits(bandwidth / 1e9)} GB/s`],
      rotate: (-Math.atan2(up, across) * 180) / Math.PI,
      dy: -9,
      fill: "var(--muted)",
      stroke: "var(--page)",
    }),
  ];
}

/** Whole decades, or halves of them, around all values. */
function decades(values: readonly number[]): [number, number] {
  const known = values.length > 0 ? values : [1, 10];
  const step = (value: number, round: (x: number) => number) => 10 ** (round(Math.log10(value) * 2) / 2);
  const low = step(Math.min(...known) / 1.2, Math.floor);
  const high = step(Math.max(...known) * 1.2, Math.ceil);
  return [low, high];
}

/** Ticks at powers of ten and at twice and five times those. */
function plain(value: number): string {
  const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 5].includes(Math.round(digit)) ? value.toLocaleString("en", { maximumSignificantDigits: 1 }) : "";
}
