import { fileURLToPath } from "node:url";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";

let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  server = await startPageServer({ cases: fileURLToPath(new URL("../fixtures/cases", import.meta.url)) });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test("three.js draws the photo, lifted by the depth that lies on the same device", async () => {
  const { page, problems } = await openPage(browser, `${server.url}/relief.html`);
  await page.waitForFunction(() => "reliefOf" in globalThis);
  const url = `${server.url}/cases/dpt-vit-depth`;
  const { front, side, depth } = await page.evaluate((at) => globalThis.reliefOf(at), url);
  const at = (pixels: readonly number[], x: number, y: number) => pixels.slice(4 * (64 * y + x), 4 * (64 * y + x) + 4);
  expect([at(front, 10, 32), at(front, 54, 32)]).toEqual([
    [255, 0, 0, 255],
    [0, 0, 255, 255],
  ]);
  const columns = Array.from({ length: 64 }, (_, x) => x);
  const drawn = columns.filter((x) => columns.some((y) => at(side, x, y)[3]! > 0)).length;
  // A relief stands out by a twenty-fifth of its depth, and by ten at most; the picture from the side is 1 high, 64 pixels.
  const heights = depth.map((value) => 0.04 * Math.min(10, Math.max(0, value)));
  const span = 64 * (Math.max(...heights) - Math.min(...heights));
  expect(span).toBeGreaterThan(3);
  expect(Math.abs(drawn - span)).toBeLessThan(1.5);
  expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
});
