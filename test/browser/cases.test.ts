import type { Browser } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CASES, checkCase, checkPhoto, openCases, PHOTOS, serveCases } from "./cases-page.ts";
import { launchChromium } from "./chromium.ts";
import type { PageServer } from "./page-server.ts";

let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  server = await serveCases();
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test.each(CASES)("%s, stage by stage", (name) => checkCase(browser, server, name));

test.each(PHOTOS)("%s, a photo as the browser reads it", (...photo) => checkPhoto(browser, server, photo));

test("a folder that is no model is a FileError, by that name", async () => {
  await using cases = await openCases(browser, server);
  const error = await cases.page.evaluate((url) => globalThis.errorAt(url), `${server.url}/fixtures/nothing`);
  expect(error).toMatch(/^FileError: .*\/fixtures\/nothing: want a file "config\.json", got none\./);
});
