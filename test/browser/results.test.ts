import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomPicture } from "../small-models.ts";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";

let server: PageServer;
let browser: Browser;
let page: Page;
let problems: string[];
let model: string;

beforeAll(async () => {
  server = await startPageServer({ cases: fileURLToPath(new URL("../fixtures/cases", import.meta.url)) });
  browser = await launchChromium();
  ({ page, problems } = await openPage(browser, `${server.url}/results.html`));
  await page.waitForFunction(() => "labelsOf" in globalThis);
  model = `${server.url}/cases/dpt-vit-seg`;
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

// The page has a strict Content-Security-Policy: no eval, no WASM, no inline script or worker.
test("labels lie over a canvas, sharp and as large as it; classes that are not asked for let it through", async () => {
  const palette = Array.from({ length: 150 }, (_, id) => [id, 255 - id, 200] as const);
  const report = (options: object) => page.evaluate((...args) => globalThis.overlayOf(...args), model, options);
  const { labels, alone, over, isSharp, state, cloned } = await report({ palette, alpha: 0.25 });
  expect(new Set(labels).size).toBeGreaterThan(1);
  expect(isSharp).toBe(true);
  expect(state).toEqual([3, 0.5, true]);
  const want = labels.flatMap((id) => [id, 255 - id, 200].map((c) => 75 + c / 4).concat(255));
  // Canvases premultiply in bytes.
  for (const [i, value] of want.entries()) expect(Math.abs(over[i]! - value)).toBeLessThanOrEqual(2);
  expect(alone).toEqual(labels.flatMap((id) => [...palette[id]!, 64]));
  expect(cloned).toEqual(expect.arrayContaining(["labels", "classes", "width", "height"]));
  const shown = labels[0]!;
  const one = await report({ palette, classes: [shown] });
  for (const [i, id] of labels.entries()) {
    const pixel = one.over.slice(4 * i, 4 * i + 3);
    if (id !== shown) expect(pixel).toEqual([100, 100, 100]);
    else
      for (const [c, value] of pixel.entries()) expect(Math.abs(value - (100 + palette[id]![c]!) / 2)).toBeLessThan(2);
  }
  expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
});

test("a canvas of another context is refused in words", async () => {
  const refusal = await page.evaluate((url) => globalThis.overlayRefusal(url), model);
  expect(refusal).toBe("UsageError: overlay: want a canvas for 2-D, got one of another context. Take another canvas.");
});

test("an image of a page is labelled as its pixels", async () => {
  const { width, height, data } = randomPicture(32, 24);
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const args = [model, file.toString("base64")] as const;
  const { element, pixels } = await page.evaluate((...given) => globalThis.labelsOf(...given), ...args);
  expect(element).toHaveLength(32 * 24);
  expect(element).toEqual(pixels);
});
