import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { GrowthReport, ModelReport } from "../../bench/model/model-report.ts";
import { PHASES } from "../../bench/model/phases.ts";
import type { PeersReport } from "../../bench/peers/bench-peers.ts";
import { readmeTables } from "../../bench/report/readme-tables.ts";
import { reportPage } from "../../bench/report/report-page.ts";
import { roofsOf } from "../../bench/report/roofs.ts";
import { parseReport, type SavedKernels } from "../../bench/report/saved-report.ts";

const about = { date: "2026-11-23", commit: "abc1234", adapter: "Some GPU <b>bold</b> & co" };

const kernel = { role: "MLP, up", error: 3e-7, seconds: 1e-4, samples: [1e-4], flops: 4e9, bytes: 2e7 };
const kernels: SavedKernels = {
  bench: "kernels",
  ...about,
  place: "node",
  dtype: "f16",
  models: [{ name: "dpt-large-ade", size: 480 }],
  ceilings: {
    bandwidth: 2e12,
    f32: 5e13,
    f16: 9e13,
    matrices: [{ componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16, rate: 4e14 }],
  },
  results: ["matmul [901, 1024]·[1024, 4096]", "conv2d [1,120,120,256] 3×3 → 256", "attention [1, 901, 16×64]"].map(
    (label) => ({ ...kernel, label, uses: [{ model: "dpt-large-ade", times: 24 }], checked: 64, bound: 8e13 }),
  ),
  missing: ["dpt-large-ade: crop"],
};

const older: SavedKernels = {
  bench: "kernels",
  ...about,
  date: "2026-01-02",
  model: "weights/dpt-small-camvid",
  size: 196,
  results: [{ ...kernel, label: "layerNorm [197, 384]" }],
};

const network = { kind: "network", model: "m", onnx: "o", shape: [1, 3, 196, 196], precision: "f32" } as const;
const peers: PeersReport = {
  bench: "peers",
  date: about.date,
  commit: about.commit,
  adapters: { node: about.adapter, page: "some page" },
  model: "weights/dpt-small-camvid",
  size: 196,
  precision: "f32",
  attention: "plain",
  runs: 1,
  results: [
    {
      name: "ort-node-webgpu",
      title: "ONNX Runtime Node, WebGPU",
      place: "node",
      task: network,
      difference: 2e-6,
      ours: { cold: 1, seconds: [0.5] },
      peer: { cold: 3, seconds: [2] },
      ratio: 4,
    },
    {
      name: "ort-node-cpu",
      title: "ONNX Runtime Node, CPU",
      place: "node",
      task: network,
      ours: { cold: 1, seconds: [0.5] },
      peer: { cold: 3, seconds: [0.1] },
      ratio: 0.2,
    },
    { name: "tfjs", title: "TensorFlow.js", place: "page", task: network, problem: "no <adapter>" },
  ],
};

const timings = { samples: [0.03], median: 0.03, least: 0.03, spread: 0 };
const model: ModelReport = {
  bench: "model",
  ...about,
  place: "node",
  model: "dpt-large-ade",
  seeded: true,
  picture: { name: "street.png", width: 480, height: 360 },
  size: { width: 480, height: 480 },
  dtype: "f16",
  keptInF32: [],
  cold: { load: 1, decode: 0.01, compile: 0.4, run: 0.1, total: 1.6 },
  warm: { picture: timings, run: timings, flopsPerSecond: 3e13 },
  plan: { flops: 8e11, dispatches: 216, pipelines: 44 },
  phases: PHASES.map((phase) => ({ phase, clock: "gpu", seconds: 0.03 / 9, share: 1 / 9, dispatches: 1, flops: 1 })),
  profiled: 0.03,
  memory: { weights: { planned: 7e8, allocated: 7e8 }, beside: { planned: 1e8, allocated: 1e8 }, peak: 8e8 },
  kernels: [{ phase: "backbone", label: "matmul", dispatches: 1, seconds: 0.01, share: 0.3, flops: 1e9, bytes: 1e6 }],
};

const growth: GrowthReport = {
  bench: "growth",
  ...about,
  place: "node",
  model: "dpt-large-ade",
  seeded: true,
  picture: model.picture,
  dtype: "f16",
  points: [{ size: { width: 224, height: 224 }, flops: 2e11, run: timings, growth: 1 }],
};

const everything = [peers, model, growth, kernels, older];

describe("the page", () => {
  const text = reportPage(everything);
  const { document } = parseHTML(text);
  const all = (selector: string) => [...document.querySelectorAll(selector)];

  test("holds every kernel as a dot with its name and as a row", () => {
    for (const { label } of [...kernels.results, ...older.results]) {
      expect(all("svg title").some((title) => title.textContent?.includes(label))).toBe(true);
      expect(all("td code").some((code) => code.textContent === label)).toBe(true);
    }
  });

  test("holds every peer: a bar and two times if it was timed, a reason if it was not", () => {
    const titles = all("svg title").map((title) => title.textContent ?? "");
    for (const { title, ours } of peers.results) {
      expect(titles.filter((each) => each.startsWith(`${title}: `) || each.startsWith(`${title}, `))).toHaveLength(
        ours ? 3 : 0,
      );
      expect(document.querySelector("#peers")?.textContent).toContain(title);
    }
    expect(document.querySelector("#peers")?.textContent).toContain("not timed: no <adapter>");
  });

  test("holds every phase, the ceilings and the growth", () => {
    const titles = all("svg title").map((title) => title.textContent);
    for (const phase of PHASES) expect(titles).toContainEqual(expect.stringMatching(`^${phase}: 3\\.33 ms, 11 %$`));
    expect(document.querySelector("#kernels")?.textContent).toContain(
      "subgroup matrices f16 → f32 16×16×16 400 TFLOP/s",
    );
    expect(document.querySelector("#kernels")?.textContent).toContain("copy 2,000 GB/s");
    expect(document.querySelector("#model")?.textContent).toContain("224x224");
  });

  test("loads nothing: no script, no address, no file", () => {
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\ssrc=/i);
    // The names of XML's spaces are no addresses.
    expect(text.replaceAll(/xmlns(:\w+)?="[^"]*"/g, "")).not.toMatch(/https?:\/\//);
    const links = all("a").map((link) => link.getAttribute("href") ?? "");
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(document.querySelector(link)).not.toBeNull();
  });

  test("is well-formed: each element that is opened is closed in its place, and names are unique", () => {
    expect(unclosed(text)).toEqual([]);
    const ids = all("[id]").map((element) => element.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("takes nothing in a result for HTML", () => {
    expect(document.querySelector("b")).toBeNull();
    expect(document.querySelector("header")?.textContent).toContain(about.adapter);
    expect(document.querySelector("#model")?.textContent).toContain(about.adapter);
  });

  test("says what each plot shows to those who do not see it", () => {
    const plots = document.querySelectorAll("svg[role=img]");
    expect(plots).toHaveLength(4);
    for (const plot of plots) {
      const [title, description] = (plot.getAttribute("aria-labelledby") ?? "").split(" ");
      expect(plot.querySelector(`#${title}`)?.textContent).toBeTruthy();
      expect(plot.querySelector(`#${description}`)?.textContent?.length).toBeGreaterThan(20);
    }
  });

  test("has no number that is none", () => {
    expect(text).not.toMatch(/\b(?:NaN|Infinity|undefined)\b/);
  });
});

test("a report may be alone on its page", () => {
  for (const report of everything) expect(unclosed(reportPage([report]))).toEqual([]);
  expect(reportPage([peers])).not.toContain('href="#kernels"');
});

test("levels of several runs: the highest of each", () => {
  const { ceilings } = kernels;
  const roofs = roofsOf([ceilings!, { ...ceilings!, f32: 6e13, matrices: [] }]);
  expect(roofs.map(({ rate }) => rate)).toEqual([6e13, 9e13, 4e14]);
});

describe("the README's tables", () => {
  test("are of the newest results, and of none that today's table cannot show", () => {
    const newer = { ...kernels, date: "2026-12-01" };
    const { kernels: table } = readmeTables([kernels, newer, older]);
    expect(table).toContain("2026-12-01");
    expect(table).not.toContain("2026-11-23");
    expect(readmeTables([older])).toEqual({});
  });

  test("are of every adapter", () => {
    const { peers: table, model: models } = readmeTables([
      peers,
      { ...peers, adapters: { node: "other" } },
      model,
      growth,
    ]);
    expect(table).toContain("node: other");
    expect(table).toContain(`node: ${about.adapter}`);
    expect(models).toContain("480x480");
    expect(models).toContain("224x224");
  });
});

describe("reading results", () => {
  test("refuses what is no report, by the file's name", () => {
    expect(() => parseReport("{", "a.json")).toThrow(/^a\.json: want JSON, got/);
    expect(() => parseReport("[]", "b.json")).toThrow(/^b\.json: want a report/);
    expect(() => parseReport('{"bench":"other"}', "c.json")).toThrow(/^c\.json: want a report/);
    expect(parseReport(JSON.stringify(older), "d.json")).toEqual(older);
  });
});

const VOID = new Set(["meta", "br", "hr", "img", "link", "input"]);

/** Elements that are not closed, or closed where another one is open. */
function unclosed(text: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name, closed] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s(?:[^"'>]|"[^"]*")*?)?(\/?)>/gi)) {
    if (slash) {
      if (open.pop() !== name) wrong.push(name!);
    } else if (!closed && !VOID.has(name!)) open.push(name!);
  }
  return [...wrong, ...open];
}
