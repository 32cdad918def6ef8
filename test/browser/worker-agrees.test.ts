import { rm } from "node:fs/promises";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SegmentOptions } from "../../src/index.ts";
import { randomStream } from "../random.ts";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import { tinyFolder } from "./tiny-folder.ts";

let folder: string;
let server: PageServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  folder = await tinyFolder();
  server = await startPageServer({ tiny: folder });
  browser = await launchChromium();
  ({ page } = await openPage(browser, `${server.url}/loading.html`));
  await page.waitForFunction(() => "testPicture" in globalThis);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

/** Drawn, but the same on every run. */
function randomOptions(seed: number): SegmentOptions {
  const next = randomStream(seed);
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  return {
    size: one<SegmentOptions["size"]>([undefined, "native", { width: 48, height: 32 }, { width: 80, height: 96 }]),
    tile: one<SegmentOptions["tile"]>([undefined, undefined, 90, { width: 160, height: 50 }]),
    tta: one<SegmentOptions["tta"]>([undefined, true, { flip: false, scales: [0.5, 1] }]),
    resize: one([undefined, "bicubic" as const]),
    scores: one([undefined, true]),
  };
}

test.each(["f32", "q8"] as const)("a model in %s answers the same bits on the page and in a worker", async (dtype) => {
  const drawn = Array.from({ length: 2 }, (_, seed) => randomOptions(seed + (dtype === "q8" ? 100 : 0)));
  const differing = await page.evaluate(
    async (type, asked) => {
      const models = [await library.DPT.load("tiny", { dtype: type }), await remote.DPT.load("tiny", { dtype: type })];
      const differ: number[] = [];
      for (const [i, options] of asked.entries()) {
        const [here, there] = await Promise.all(
          models.map(async (model) => {
            const { labels, scores } = await model.segment(testPicture(), options);
            return [labels.join(), scores?.confidence.join(), scores?.entropy.join(), JSON.stringify(scores?.classes)];
          }),
        );
        if (JSON.stringify(here) !== JSON.stringify(there)) differ.push(i);
      }
      for (const model of models) model.dispose();
      return differ;
    },
    dtype,
    drawn,
  );
  expect(differing.map((i) => drawn[i])).toEqual([]);
});
