import { groupBy } from "./group-by.ts";
import { Html, html } from "./html.ts";
import { rateWords, threeDigits, timeWords } from "./number-words.ts";
import { DTYPE_SIGNS, KERNEL_COLOURS, KERNEL_KINDS, kernelNumber, rooflinePlot } from "./roofline-plot.ts";
import { roofsOf } from "./roofs.ts";
import type { SavedKernel, SavedKernels } from "./saved-report.ts";

/** A roofline for each adapter, and a table for each report. */
export function kernelsSection(reports: readonly SavedKernels[]): Html {
  return html`
<section id="kernels">
<h2>Kernels</h2>
<p>Each kernel alone at the shapes that the models have, compared with a float64 loop before it was timed. A dot under
the slope waits for memory at best, one under a level for arithmetic; slope and levels are what a copy and chains of
multiply-adds reached on the same adapter in the same run. Dots above a level compute less than their formula counts:
Winograd's algorithm needs up to four times fewer multiplications.</p>
${groupBy(reports, ({ adapter }) => adapter).map(
  (own) => html`
<h3>${own[0]!.adapter}</h3>
<figure>
${legend(own)}
<div class="plot">${rooflinePlot(own)}</div>
<figcaption>Point at a dot for its name and figures; the numbers are those of the table's rows, h for f16.</figcaption>
</figure>
${own.map(kernelsTable)}`,
)}
</section>`;
}

function legend(reports: readonly SavedKernels[]): Html {
  const kinds = KERNEL_KINDS.map((kind, i) => html`<li>${swatch(KERNEL_COLOURS[i]!)}${kind}</li>`);
  const dtypes = [...new Set(reports.map(({ dtype = "f32" }) => dtype))];
  return html`<ul class="legend">${kinds}${dtypes.map((dtype) => html`<li>${DTYPE_SIGNS[dtype]} ${dtype}</li>`)}</ul>`;
}

/** A square of a colour of the page's. */
export function swatch(colour: string): Html {
  return html`<span class="swatch" style="background: ${colour}"></span>`;
}

function kernelsTable(report: SavedKernels): Html {
  const { date, commit, dtype = "f32", models, model, size, ceilings, results, missing = [] } = report;
  const shapes = models ?? [{ name: model ?? "one model", size: size ?? 0 }];
  const words = ceilings && [
    `copy ${threeDigits(ceilings.bandwidth / 1e9)} GB/s, read and written`,
    ...roofsOf([ceilings]).map((roof) => `${roof.label} ${rateWords(roof.rate)}`),
  ];
  const rows = results.map((result, i) => row(kernelNumber(report, i), result));
  return html`
<details open>
<summary>${results.length} kernels in ${dtype}, ${date}, commit ${commit}</summary>
<p>At the shapes of ${shapes.map((each) => `${each.name} at ${each.size}×${each.size}`).join(", ")}.
${words ? `Ceilings: ${words.join("; ")}.` : ""}
${missing.length > 0 ? `Not measured: ${missing.join(", ")}.` : ""}</p>
<div class="table" tabindex="0" role="region" aria-label="Kernels in ${dtype}">
<table>
<thead><tr><th>#</th><th>in the model</th><th>kernel</th><th>error</th><th>time</th><th>rate</th><th>GB/s</th><th>of its roof</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>
</div>
</details>`;
}

function row(
  number: string,
  { role, uses = [], label, paths = [], error, seconds, flops, bytes, bound }: SavedKernel,
): Html {
  const where = uses.map(({ model, times }) => `${model}${times > 1 ? ` ${times}×` : ""}`).join(", ");
  const rate = flops / seconds;
  const share = bound === undefined ? new Html("–") : meter(rate / bound);
  return html`<tr><td>${number}</td><td>${role}${where && html`<small>${where}</small>`}</td><td><code>${label}</code>${paths.length > 0 ? html`<small>${paths.join(", ")}</small>` : ""}</td>
<td>${error.toExponential(0)}</td><td>${timeWords(seconds)}</td><td>${rateWords(rate)}</td><td>${threeDigits(bytes / seconds / 1e9)}</td><td>${share}</td></tr>`;
}

/** A share as a number over a bar. */
function meter(share: number): Html {
  const width = `${Math.min(100, 100 * share).toFixed(0)}%`;
  return html`<span class="meter"><span style="width: ${width}"></span></span> ${Math.round(100 * share)} %`;
}
