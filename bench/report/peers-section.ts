import type { PeersReport } from "../peers/bench-peers.ts";
import { peersTable } from "../peers/peers-table.ts";
import { type Html, html } from "./html.ts";
import { swatch } from "./kernels-section.ts";
import { markdownHtml } from "./markdown-html.ts";
import { hasTimes, ratiosPlot, timesPlot } from "./peers-plots.ts";

/** Bars against what people would use instead. */
export function peersSection(reports: readonly PeersReport[]): Html {
  return html`
<section id="peers">
<h2>Against what people would use instead</h2>
<p>The same checkpoint at the same size on the same adapter, ours and the peer in turn; a peer whose answer differs from
ours is not timed.</p>
${reports.map(
  (report) => html`
<h3>${report.model} at ${report.size}×${report.size}, ${report.precision}</h3>
<p>${Object.entries(report.adapters)
    .map(([place, adapter]) => `${place}: ${adapter}`)
    .join("; ")}. ${report.date}, commit ${report.commit}.</p>
${hasTimes(report) ? figures(report) : html`<p>No peer was timed.</p>`}
<details>
<summary>Table</summary>
${markdownHtml(peersTable(report))}
</details>`,
)}
</section>`;
}

function figures(report: PeersReport): Html {
  return html`
<figure>
<ul class="legend"><li>${swatch("var(--faster)")}ours is faster</li><li>${swatch("var(--slower)")}the peer is faster</li></ul>
<div class="plot">${ratiosPlot(report)}</div>
<figcaption>How many times as fast ours is: the median of the rounds.</figcaption>
</figure>
<figure>
<ul class="legend"><li>${swatch("var(--faster)")}ours</li><li>${swatch("var(--peer)")}theirs</li></ul>
<div class="plot">${timesPlot(report)}</div>
<figcaption>One run of the network, or of the operator alone.</figcaption>
</figure>`;
}
