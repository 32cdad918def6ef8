import type { GrowthReport, ModelReport } from "../model/model-report.ts";
import type { PeersReport } from "../peers/bench-peers.ts";
import { Html, html } from "./html.ts";
import { kernelsSection } from "./kernels-section.ts";
import { modelSection } from "./model-section.ts";
import { peersSection } from "./peers-section.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { adapterOf, type SavedKernels, type SavedReport } from "./saved-report.ts";

/** Reports of the benchmark as one page that needs no script and no other file. */
export function reportPage(reports: readonly SavedReport[]): string {
  const kernels = reports.filter((report): report is SavedKernels => report.bench === "kernels");
  const models = reports.filter((report): report is ModelReport => report.bench === "model");
  const growths = reports.filter((report): report is GrowthReport => report.bench === "growth");
  const peers = reports.filter((report): report is PeersReport => report.bench === "peers");
  const sections = [
    ...(peers.length > 0 ? [{ id: "peers", title: "Peers", body: peersSection(peers) }] : []),
    ...(models.length + growths.length > 0
      ? [{ id: "model", title: "Models", body: modelSection(models, growths) }]
      : []),
    ...(kernels.length > 0 ? [{ id: "kernels", title: "Kernels", body: kernelsSection(kernels) }] : []),
  ];
  const adapters = [...new Set(reports.map(adapterOf))];
  const dates = reports.map(({ date }) => date).sort();
  const when = [...new Set([dates[0]!, dates.at(-1)!])].join(" to ");
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>dpt-webgpu benchmark, ${when}</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<header>
<h1>dpt-webgpu benchmark</h1>
<p>${adapters.join(" · ")}</p>
<p>${when}</p>
<nav><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map(({ body }) => body)}
</main>
</body>
</html>
`;
  return page.text;
}
