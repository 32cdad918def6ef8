import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";

let folder: string;
let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "page-server-test-"));
  await writeFile(join(folder, "digits.bin"), "0123456789");
  server = await startPageServer({ files: folder });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

test("a bundled page computes on WebGPU", async () => {
  const { page, problems } = await openPage(browser, `${server.url}/double.html`);
  const { architecture, doubled } = await page.evaluate(() => globalThis.double([1, -2, 0.5]));
  expect(doubled).toEqual([2, -4, 1]);
  expect(architecture).not.toBe("");
  expect(problems).toEqual([]);
});

test("what tuning measured is kept over a reload", async () => {
  const { page, problems } = await openPage(browser, `${server.url}/tuning.html`);
  const seen = () => page.evaluate(() => globalThis.tuningStore!.get("an adapter"));
  expect(await seen()).toBeUndefined();
  await page.evaluate(() => globalThis.tuningStore!.set("an adapter", '{"quad":1.5}'));
  await page.reload();
  expect(await seen()).toBe('{"quad":1.5}');
  expect(problems).toEqual([]);
});

test("a page that is not there is a problem", async () => {
  const { problems } = await openPage(browser, `${server.url}/nothing.html`);
  expect(problems).toContain(`${server.url}/nothing.html: 404`);
});

test("a folder is served by ranges", async () => {
  const response = await fetch(`${server.url}/files/digits.bin`, { headers: { Range: "bytes=2-4" } });
  expect(response.status).toBe(206);
  expect(response.headers.get("Content-Range")).toBe("bytes 2-4/10");
  expect(await response.text()).toBe("234");
  expect((await fetch(`${server.url}/files/other.bin`)).status).toBe(404);
});
