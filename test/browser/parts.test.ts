import { rm } from "node:fs/promises";
import { basename } from "node:path";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import { tinyFolder } from "./tiny-folder.ts";

let folder: string;
let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  folder = await tinyFolder();
  server = await startPageServer({ tiny: folder });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

/** A page, and which parts of the library it has asked for, by their files' names. */
async function visit() {
  const { page } = await openPage(browser, "about:blank");
  const parts: string[] = [];
  page.on("request", (request) => {
    const part = /^(.+)-[\w-]{8}\.js$/.exec(basename(new URL(request.url()).pathname))?.[1];
    if (part) parts.push(part);
  });
  await page.goto(`${server.url}/loading.html`);
  return { page, parts, [Symbol.asyncDispose]: () => page.close() };
}

const ask = (page: Page, load: object, ...calls: readonly object[]) =>
  page.evaluate(
    async (url, loading, options) => {
      const answers: string[] = [];
      try {
        const model = await library.DPT.load(url, loading);
        for (const each of options) answers.push(Object.keys(await model.segment(testPicture(), each)).join());
        model.dispose();
      } catch (error) {
        answers.push(String(error));
      }
      return answers;
    },
    `${server.url}/tiny`,
    load,
    calls,
  );

// Not the rare kinds of config.json: this page has `parseConfig` too, which knows all at once.
const RARE = /quantized-weight|matrix|tipsv2|scoring|views|answer-|run-forward|job-of|batches|smaller|tuner/;

test("what a plain call loads has no part that only others need; each of these comes when it is asked for", async () => {
  await using visitor = await visit();
  const { page, parts } = visitor;
  const [plain] = await ask(page, {}, {});
  expect(plain).toMatch(/labels,classes/);
  expect(parts).toContain("network");
  expect(parts.filter((part) => RARE.test(part))).toEqual([]);
  const [scores, tiled] = await ask(page, { dtype: "q8" }, { scores: true }, { tile: 80 });
  expect(scores).toMatch(/scores/);
  expect(tiled).toMatch(/labels,classes/);
  expect(parts).toEqual(expect.arrayContaining(["quantized-weight", "scoring", "views", "answer-fitting"]));
});

test.each([
  ["a model", { dtype: "q8" }, {}],
  ["a call", {}, { scores: true }],
])("a part that does not come ends %s in an error that says what to do", async (_, load, call) => {
  await using visitor = await visit();
  const { page } = visitor;
  await page.setRequestInterception(true);
  page.on("request", (request) =>
    /(quantized-weight|scoring)-[^/]*\.js$/.test(request.url()) ? request.abort() : request.continue(),
  );
  expect(await ask(page, load, call)).toEqual([
    expect.stringMatching(
      /^MachineError: dpt-webgpu: want a part of it that is loaded when it is needed, got ".*(quantized-weight|scoring).*"\. Check the connection, then reload the page\.$/,
    ),
  ]);
});
