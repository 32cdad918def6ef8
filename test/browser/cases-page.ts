import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "puppeteer";
import { expect } from "vitest";
import { fileSource } from "../../cli/node-files.ts";
import { readTensors } from "../../src/runtime/checkpoints/read-tensors.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";

const folderOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const CASES = readdirSync(folderOf("test/fixtures/cases"));

/** The photo, the model whose answer PyTorch gave, and how many pixels that is. */
export const PHOTOS: readonly (readonly [photo: string, model: string, pixels: number])[] = [
  ["street-b-dpt-small-camvid-196", "dpt-small-camvid", 480 * 360],
  ["astronaut-depth-anything-v2-small-140", "depth-anything-v2-small", 512 * 512],
];

export function serveCases(): Promise<PageServer> {
  return startPageServer({ fixtures: folderOf("test/fixtures"), weights: folderOf("weights") });
}

/** A page that has imported src/index.ts in a browser: nothing of Node is there to help it. */
export async function openCases(browser: Browser, server: PageServer) {
  const { page, problems } = await openPage(browser, `${server.url}/cases.html`);
  return {
    page,
    /** But for files that a model folder may lack, which browsers tell on the console. */
    unexpected: () => problems.filter((problem) => !/status of 404|404 \(Not Found\)/.test(problem)),
    [Symbol.asyncDispose]: () => page.close(),
  };
}

/** Every stage of a case in a browser is what PyTorch gave. */
export async function checkCase(browser: Browser, server: PageServer, name: string): Promise<void> {
  await using cases = await openCases(browser, server);
  const url = `${server.url}/fixtures/cases/${name}`;
  const file = checkpointOf(name);
  const model = file === undefined ? url : `${url}/${file}`;
  const expected = await readTensors(await fileSource(folderOf(`test/fixtures/cases/${name}/expected.safetensors`)));
  const reports = await cases.page.evaluate((...urls) => globalThis.verifyAt(...urls), url, model);
  expect(reports.map(({ stage }) => stage).sort()).toEqual([...expected.keys()].sort());
  for (const { stage, shape, problem } of reports) expect(problem, `${stage} [${shape}]`).toBeUndefined();
  expect(cases.unexpected()).toEqual([]);
}

/** A photo's labels or depth in a browser are PyTorch's, but for ties. */
export async function checkPhoto(
  browser: Browser,
  server: PageServer,
  [photo, model, pixels]: (typeof PHOTOS)[number],
): Promise<void> {
  await using cases = await openCases(browser, server);
  const urls = [`${server.url}/weights/${model}`, `${server.url}/fixtures/photos/${photo}`] as const;
  const report = await cases.page.evaluate((...args) => globalThis.checkPhoto(...args), ...urls);
  expect(report).toMatchObject({ pixels, wrong: 0 });
  expect(report.agreement).toBeGreaterThanOrEqual(0.999);
  expect(report.depthError).toBeLessThan(1e-3);
  expect(cases.unexpected()).toEqual([]);
}

/** A web server lists no folder: a checkpoint without config.json is named itself. */
function checkpointOf(name: string): string | undefined {
  return readdirSync(folderOf(`test/fixtures/cases/${name}`)).find((path) => path.endsWith(".pt"));
}
