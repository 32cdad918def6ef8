import { growthTable } from "../model/growth-table.ts";
import type { GrowthReport, ModelReport } from "../model/model-report.ts";
import { modelTable, slowestTable } from "../model/model-table.ts";
import { PHASES } from "../model/phases.ts";
import { type Html, html } from "./html.ts";
import { swatch } from "./kernels-section.ts";
import { markdownHtml } from "./markdown-html.ts";
import { PHASE_COLOURS, phasesPlot } from "./phases-plot.ts";

/** Whole models: a stacked bar each, and the tables. */
export function modelSection(models: readonly ModelReport[], growths: readonly GrowthReport[]): Html {
  const adapters = [...new Set([...models, ...growths].map(({ adapter }) => adapter))];
  return html`
<section id="model">
<h2>A picture from its file to its labels</h2>
<p>What the GPU does is timed by its own clock, the rest by the CPU's. A seeded model has the published one's shapes and
drawn weights: its times are true, its answers mean nothing.</p>
${adapters.map((adapter) => {
  const own = models.filter((report) => report.adapter === adapter);
  const split = own.filter(({ phases }) => phases.length > 0);
  return html`
<h3>${adapter}</h3>
${split.length > 0 ? phasesFigure(split) : ""}
${own.length > 0 ? markdownHtml(modelTable(...own)) : ""}
${own.filter(({ kernels }) => kernels.length > 0).map(slowest)}
${growths.filter((report) => report.adapter === adapter).map((report) => markdownHtml(growthTable(report)))}`;
})}
</section>`;
}

function phasesFigure(reports: readonly ModelReport[]): Html {
  const used = PHASES.map((phase, i) => ({ phase, colour: PHASE_COLOURS[i]! })).filter(({ phase }) =>
    reports.some(({ phases }) => phases.some((each) => each.phase === phase)),
  );
  return html`
<figure>
<ul class="legend">${used.map(({ phase, colour }) => html`<li>${swatch(colour)}${phase}</li>`)}</ul>
<div class="plot">${phasesPlot(reports)}</div>
<figcaption>Greys are the CPU's, colours the GPU's; at the right, the whole run.</figcaption>
</figure>`;
}

function slowest(report: ModelReport): Html {
  return html`
<details>
<summary>The slowest kernels of ${report.model} at ${report.size.width}×${report.size.height}, ${report.dtype}</summary>
${markdownHtml(slowestTable(report))}
</details>`;
}
