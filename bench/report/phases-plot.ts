import * as Plot from "@observablehq/plot";
import type { ModelReport, PhaseTime } from "../model/model-report.ts";
import { PHASES } from "../model/phases.ts";
import type { Html } from "./html.ts";
import { timeWords } from "./number-words.ts";
import { plotSvg } from "./plot-svg.ts";

/** By place in {@link PHASES}; what the CPU's clock measured is grey. */
export const PHASE_COLOURS = PHASES.map((_, i) => `var(--phase-${i + 1})`);

/** Narrower pieces have no room for words. */
const LEAST_FOR_WORDS = 0.07;

interface Piece extends PhaseTime {
  readonly name: string;
  readonly begin: number;
}

/** A bar a model, from the picture's file to the labels: which part takes what share of the time. */
export function phasesPlot(reports: readonly ModelReport[]): Html {
  const pieces = reports.flatMap(piecesOf);
  const names = reports.map(nameOf);
  return plotSvg(
    {
      title: "Phases of one picture",
      description: reports
        .map((report) => {
          const parts = report.phases.map(({ phase, share }) => `${phase} ${percent(share)}`);
          return `${nameOf(report)}, ${timeWords(report.profiled)}: ${parts.join(", ")}.`;
        })
        .join(" "),
    },
    {
      width: 920,
      height: names.length * 38 + 56,
      marginLeft: 300,
      marginRight: 76,
      marginBottom: 42,
      x: { domain: [0, 1], label: "share of one profiled run", tickFormat: percent, ticks: 5 },
      y: { domain: names, label: null, tickSize: 0, padding: 0.25 },
      color: { domain: PHASES, range: PHASE_COLOURS },
      marks: [
        Plot.barX(pieces, {
          x1: "begin",
          x2: ({ begin, share }: Piece) => begin + share,
          y: "name",
          fill: "phase",
          title: ({ phase, seconds, share }: Piece) => `${phase}: ${timeWords(seconds)}, ${percent(share)}`,
        }),
        Plot.text(
          pieces.filter(({ share }) => share >= LEAST_FOR_WORDS),
          {
            x: ({ begin, share }: Piece) => begin + share / 2,
            y: "name",
            text: ({ phase, share }: Piece) =>
              share > 2 * LEAST_FOR_WORDS ? `${phase} ${percent(share)}` : percent(share),
            fill: "var(--on-colour)",
          },
        ),
        Plot.text(reports, {
          x: () => 1,
          y: nameOf,
          text: ({ profiled }: ModelReport) => timeWords(profiled),
          textAnchor: "start",
          dx: 8,
          fontWeight: 600,
          fill: "currentColor",
        }),
      ],
    },
  );
}

function piecesOf(report: ModelReport): Piece[] {
  let end = 0;
  return report.phases.map((phase) => {
    const begin = end;
    // What is left after rounding clocks may come out below none.
    end += Math.max(0, phase.share);
    return { ...phase, share: Math.max(0, phase.share), name: nameOf(report), begin };
  });
}

function nameOf({ model, size, dtype }: ModelReport): string {
  return `${model.replace(/^.*\//, "")}, ${size.width}×${size.height}, ${dtype}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
