import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource } from "../../cli/node-files.ts";
import { readTensors } from "../../src/runtime/read-tensors.ts";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";

const folderOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  server = await startPageServer({ fixtures: folderOf("test/fixtures"), weights: folderOf("weights") });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A page that has imported src/index.ts in a browser: nothing of Node is there to help it. */
async function openCases() {
  const { page, problems } = await openPage(browser, `${server.url}/cases.html`);
  return {
    page,
    /** But for files that a model folder may lack, which Chromium tells on the console. */
    unexpected: () => problems.filter((problem) => !problem.includes("the server responded with a status of 404")),
    [Symbol.asyncDispose]: () => page.close(),
  };
}

/** A web server lists no folder: a checkpoint without config.json is named itself. */
function checkpointOf(name: string): string | undefined {
  return readdirSync(folderOf(`test/fixtures/cases/${name}`)).find((path) => path.endsWith(".pt"));
}

test.each(readdirSync(folderOf("test/fixtures/cases")))("%s, stage by stage", async (name) => {
  await using cases = await openCases();
  const url = `${server.url}/fixtures/cases/${name}`;
  const file = checkpointOf(name);
  const model = file === undefined ? url : `${url}/${file}`;
  const expected = await readTensors(await fileSource(folderOf(`test/fixtures/cases/${name}/expected.safetensors`)));
  const reports = await cases.page.evaluate((...urls) => globalThis.verifyAt(...urls), url, model);
  expect(reports.map(({ stage }) => stage).sort()).toEqual([...expected.keys()].sort());
  for (const { stage, shape, problem } of reports) expect(problem, `${stage} [${shape}]`).toBeUndefined();
  expect(cases.unexpected()).toEqual([]);
});

test.each([
  ["street-b-dpt-small-camvid-196", "dpt-small-camvid", 480 * 360],
  ["astronaut-depth-anything-v2-small-140", "depth-anything-v2-small", 512 * 512],
])("%s, a photo as the browser reads it", async (photo, model, pixels) => {
  await using cases = await openCases();
  const urls = [`${server.url}/weights/${model}`, `${server.url}/fixtures/photos/${photo}`] as const;
  const report = await cases.page.evaluate((...args) => globalThis.checkPhoto(...args), ...urls);
  expect(report).toMatchObject({ pixels, wrong: 0 });
  expect(report.agreement).toBeGreaterThanOrEqual(0.999);
  expect(report.depthError).toBeLessThan(1e-3);
  expect(cases.unexpected()).toEqual([]);
});

test("a folder that is no model is a FileError, by that name", async () => {
  await using cases = await openCases();
  const error = await cases.page.evaluate((url) => globalThis.errorAt(url), `${server.url}/fixtures/nothing`);
  expect(error).toMatch(/^FileError: .*\/fixtures\/nothing: want a file "config\.json", got none\./);
});
