import { rm } from "node:fs/promises";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import type { Place } from "./pages/misuse.ts";
import { tinyFolder } from "./tiny-folder.ts";

let folder: string;
let server: PageServer;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  folder = await tinyFolder();
  server = await startPageServer({ tiny: folder });
  browser = await launchChromium();
  ({ page, problems } = await openPage(browser, `${server.url}/misuse.html`));
  await page.waitForFunction(() => "exportFaults" in globalThis);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

const PLACES: readonly Place[] = ["page", "worker"];

test.each(PLACES)("with the model in a %s, what makes no sense is refused in words", async (place) => {
  expect(await page.evaluate((where) => loadingFaults(where, "/tiny"), place)).toEqual([]);
  expect(await page.evaluate((where) => modelFaults(where, "/tiny"), place)).toEqual([]);
});

test("and so is it by what is exported beside it", async () => {
  expect(await page.evaluate(() => exportFaults())).toEqual([]);
  // What the browser itself says of addresses that lead nowhere.
  expect(problems.filter((problem) => !/404|Fetch API cannot load ftp:/.test(problem))).toEqual([]);
});
