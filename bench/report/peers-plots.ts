import * as Plot from "@observablehq/plot";
import type { PeersReport } from "../peers/bench-peers.ts";
import { type MatchResult, median } from "../peers/play.ts";
import type { Html } from "./html.ts";
import { threeDigits, timeWords } from "./number-words.ts";
import { plotSvg } from "./plot-svg.ts";

const WIDTH = 920;
const ROW = 30;
/** For `TensorFlow.js, 3×3 convolution of 256 channels at 120×120`. */
const MARGIN_LEFT = 372;

interface Bar {
  readonly title: string;
  readonly ratio: number;
  readonly ours: number;
  readonly theirs: number;
}

/** How many times as fast ours is, a bar a peer: from 1, to the right where ours is faster. */
export function ratiosPlot(report: PeersReport): Html {
  const bars = barsOf(report);
  const ratios = [1, ...bars.map(({ ratio }) => ratio)];
  const domain = [Math.min(...ratios) / 3, Math.max(...ratios) * 3];
  const words = (ratio: number) => `${threeDigits(ratio)}×`;
  return plotSvg(
    {
      title: `Ours against each peer: ${report.model} at ${report.size}×${report.size}`,
      description: bars.map(({ title, ratio }) => `${title}: ${words(ratio)}.`).join(" "),
    },
    {
      ...frame(bars),
      x: { type: "log", domain, label: "the peer's time over ours", tickFormat: plain, grid: true },
      marks: [
        Plot.barX(bars, {
          x1: 1,
          x2: "ratio",
          y: "title",
          fill: ({ ratio }: Bar) => (ratio < 1 ? "var(--slower)" : "var(--faster)"),
          title: ({ title, ratio }: Bar) => `${title}: ${words(ratio)}`,
        }),
        Plot.ruleX([1], { stroke: "currentColor" }),
        ...[true, false].map((isFaster) =>
          Plot.text(
            bars.filter(({ ratio }) => ratio >= 1 === isFaster),
            {
              x: "ratio",
              y: "title",
              text: ({ ratio }: Bar) => words(ratio),
              textAnchor: isFaster ? "start" : "end",
              dx: isFaster ? 6 : -6,
              fontWeight: 600,
              fill: "currentColor",
            },
          ),
        ),
      ],
    },
  );
}

/** Both times of each pair, on a scale of decades: networks take a hundred times as long as one operator. */
export function timesPlot(report: PeersReport): Html {
  const bars = barsOf(report);
  const all = bars.flatMap(({ ours, theirs }) => [ours, theirs]);
  const domain = [Math.min(...all) / 3, Math.max(...all) * 3];
  const both = [
    { of: (bar: Bar) => bar.theirs, other: (bar: Bar) => bar.ours, who: "theirs", fill: "var(--peer)" },
    { of: (bar: Bar) => bar.ours, other: (bar: Bar) => bar.theirs, who: "ours", fill: "var(--faster)" },
  ];
  return plotSvg(
    {
      title: `Times of ours and of each peer: ${report.model} at ${report.size}×${report.size}`,
      description: bars
        .map(({ title, ours, theirs }) => `${title}: theirs ${timeWords(theirs)}, ours ${timeWords(ours)}.`)
        .join(" "),
    },
    {
      ...frame(bars),
      x: {
        type: "log",
        domain,
        label: "median time",
        tickFormat: (value) => (isTick(value) ? timeWords(value) : ""),
        grid: true,
      },
      marks: [
        Plot.link(bars, { x1: "ours", x2: "theirs", y: "title", stroke: "var(--roof)", strokeWidth: 2 }),
        ...both.map(({ of, who, fill }) =>
          Plot.dot(bars, {
            x: of,
            y: "title",
            r: 6,
            fill,
            title: (bar: Bar) => `${bar.title}, ${who}: ${timeWords(of(bar))}`,
          }),
        ),
        ...both.flatMap(({ of, other }) =>
          [true, false].map((isRight) =>
            Plot.text(
              bars.filter((bar) => of(bar) >= other(bar) === isRight),
              {
                x: of,
                y: "title",
                text: (bar: Bar) => timeWords(of(bar)),
                textAnchor: isRight ? "start" : "end",
                dx: isRight ? 10 : -10,
                fill: "currentColor",
              },
            ),
          ),
        ),
      ],
    },
  );
}

/** Whether any pair was timed. */
export function hasTimes(report: PeersReport): boolean {
  return barsOf(report).length > 0;
}

function barsOf({ results }: PeersReport): Bar[] {
  return results.flatMap(({ title, task, ours, peer, ratio }: MatchResult) => {
    if (!ours || !peer || ratio === undefined) return [];
    const repeats = task.kind === "network" ? 1 : task.repeats;
    return [{ title, ratio, ours: median(ours.seconds) / repeats, theirs: median(peer.seconds) / repeats }];
  });
}

function frame(bars: readonly Bar[]): Plot.PlotOptions {
  return {
    width: WIDTH,
    height: bars.length * ROW + 60,
    marginLeft: MARGIN_LEFT,
    marginRight: 30,
    marginBottom: 42,
    y: { domain: bars.map(({ title }) => title), label: null, tickSize: 0, padding: 0.3 },
  };
}

function isTick(value: number): boolean {
  const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 3].includes(Math.round(digit));
}

function plain(value: number): string {
  return isTick(value) ? `${value.toLocaleString("en", { maximumSignificantDigits: 1 })}×` : "";
}
