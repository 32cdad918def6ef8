import { requestOwnAdapter } from "../../src/runtime/device/device.ts";
import { BENCH_MODELS } from "../kernels/bench-models.ts";
import { BENCHES, type Bench, DTYPES, formatQuery, type PageQuery, parseQuery } from "./page-query.ts";
import { type PageReport, runBench, tablesOf } from "./run-bench.ts";
import { showMarkdown } from "./show-markdown.ts";

declare global {
  /** Where a run stands, for whoever drives the page. */
  var benchState: { readonly line: string; readonly report?: PageReport; readonly error?: string };
}

const element = <Type extends HTMLElement>(id: string) => document.getElementById(id) as Type;
const form = element<HTMLFormElement>("form");
const fields = element<HTMLFieldSetElement>("fields");
const model = element<HTMLSelectElement>("model");
const size = element<HTMLInputElement>("size");
const dtype = element<HTMLSelectElement>("dtype");
const status = element<HTMLParagraphElement>("status");
const progress = element<HTMLProgressElement>("progress");
const results = element<HTMLElement>("results");
const download = element<HTMLButtonElement>("download");

let report: PageReport | undefined;

globalThis.benchState = { line: "" };
model.append(...[...BENCH_MODELS, "all"].map((name) => new Option(name)));
dtype.append(...DTYPES.map((name) => new Option(name)));
download.addEventListener("click", () => report && save(report));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { value } = (event as SubmitEvent).submitter as HTMLButtonElement;
  const bench = BENCHES.find((each) => each === value)!;
  attempt(() => {
    const query = parseQuery(formatQuery(fromForm()), BENCH_MODELS[0]!);
    // So that a reload, or somebody else, measures the same.
    history.replaceState(null, "", formatQuery(query));
    return start(bench, query);
  });
});
attempt(async () => {
  const query = parseQuery(location.search, BENCH_MODELS[0]!);
  toForm(query);
  if (query.run) return start(query.run, query);
  // A browser without WebGPU says so before anybody presses a button.
  await requestOwnAdapter();
});

async function start(bench: Bench, query: PageQuery): Promise<void> {
  fields.disabled = true;
  download.hidden = true;
  progress.hidden = false;
  results.replaceChildren();
  try {
    report = await runBench(bench, query, tell);
    results.replaceChildren(...showMarkdown(tablesOf(report)));
    download.hidden = false;
    status.textContent = "Done.";
    globalThis.benchState = { line: "done", report };
  } finally {
    fields.disabled = false;
    progress.hidden = true;
  }
}

function tell(line: string, done?: number): void {
  status.textContent = line;
  if (done === undefined) progress.removeAttribute("value");
  else progress.value = done;
  globalThis.benchState = { line };
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    status.textContent = message;
    globalThis.benchState = { line: message, error: `${name}: ${message}` };
  }
}

function fromForm(): PageQuery {
  return {
    models: [model.value],
    size: size.value === "" ? undefined : size.valueAsNumber,
    dtype: DTYPES.find((each) => each === dtype.value)!,
  };
}

function toForm(query: PageQuery): void {
  model.value = query.models.length === 1 ? query.models[0]! : "all";
  size.value = query.size === undefined ? "" : `${query.size}`;
  dtype.value = query.dtype;
}

function save(finished: PageReport): void {
  const words = [finished.date, finished.adapter.toLowerCase().replace(/[^a-z0-9]+/g, "-"), finished.bench];
  const link = document.createElement("a");
  link.download = `${words.join("-")}.json`;
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(finished, null, 1)}\n`], { type: "application/json" }));
  link.click();
  URL.revokeObjectURL(link.href);
}
