import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, ElementHandle } from "puppeteer";
import sharp from "sharp";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomPicture } from "../small-models.ts";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, serveBundle } from "./page-server.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const cases = fileURLToPath(new URL("../fixtures/cases/", import.meta.url));

let folder: string;
let server: PageServer;
let browser: Browser;

/** The examples as their own bundler makes them, and the library as a server of packages sends it to the one without. */
async function bundleExamples(outDir: string): Promise<void> {
  const shared = { configFile: join(examples, "vite.config.ts"), root: examples, logLevel: "warn" } as const;
  const settings = { outDir, target: "es2022", minify: false } as const;
  const input = ["vite-typescript", "react", "worker", "three"].map((name) => join(examples, name, "index.html"));
  await build({ ...shared, build: { ...settings, emptyOutDir: true, rolldownOptions: { input } } });
  const entry = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
  const lib = { entry, formats: ["es" as const], fileName: "dpt-webgpu" };
  await build({ ...shared, build: { ...settings, emptyOutDir: false, lib } });
  const plain = await readFile(join(examples, "plain/index.html"), "utf8");
  const address = "https://esm.sh/dpt-webgpu";
  expect(plain).toContain(`"${address}"`);
  await writeFile(join(outDir, "plain.html"), plain.replace(address, "/dpt-webgpu.js"));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dpt-examples-"));
  const { width, height, data } = randomPicture(48, 32);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(folder, "photo.png"));
  await cp(join(cases, "dpt-vit-seg"), join(folder, "model"), { recursive: true });
  await writeFile(join(folder, "model/preprocessor_config.json"), JSON.stringify({ size: 32 }));
  server = await serveBundle(bundleExamples, { model: join(folder, "model") });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

// That of three.js is bundled here and drawn in relief.test.ts, since headless Chromium loses its software device when it
// shows a canvas of WebGPU.
test.each(["plain.html", "vite-typescript/index.html", "react/index.html", "worker/index.html"])(
  "%s shows what a model tells of a photo that is chosen",
  async (path) => {
    const { page, problems } = await openPage(browser, `${server.url}/${path}?model=${server.url}/model/`);
    const input = (await page.waitForSelector("input:enabled")) as ElementHandle<HTMLInputElement>;
    // Until the page listens, nothing happens.
    await page.waitForNetworkIdle();
    await input.uploadFile(join(folder, "photo.png"));
    await page.waitForFunction(
      () => !/^(?:Choose|Loading|load|compile|$)/.test(document.querySelector("output")!.value),
    );
    expect(await page.$eval("output", ({ value }) => value)).toMatch(/^\d+ classes$/);
    const shot = await (await page.$("canvas"))!.screenshot();
    const { channels } = await sharp(shot).stats();
    // A picture, and no empty canvas.
    expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(5);
    expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
  },
);
