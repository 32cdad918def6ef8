import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, ElementHandle } from "puppeteer";
import sharp from "sharp";
import { PerspectiveCamera, Vector3 } from "three";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, paletteFor } from "../../src/index.ts";
import { artefactPath } from "../artefact-path.ts";
import { testDevice } from "../device.ts";
import { randomPicture } from "../small-models.ts";
import { launchChromium, PRESENTING } from "./chromium.ts";
import { launchFirefox } from "./firefox.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, serveBundle } from "./page-server.ts";
import { QUARTERS, quarters } from "./quarters.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const cases = fileURLToPath(new URL("../fixtures/cases/", import.meta.url));

let folder: string;
const PHOTO = randomPicture(48, 32);

const firefox = await launchFirefox();

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
  const { width, height, data } = PHOTO;
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(folder, "photo.png"));
  for (const name of ["dpt-vit-seg", "dpt-vit-depth"]) {
    await cp(join(cases, name), join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "preprocessor_config.json"), JSON.stringify({ size: 32 }));
  }
  server = await serveBundle(bundleExamples, { models: folder });
  browser = await launchChromium({ flags: PRESENTING });
});

afterAll(async () => {
  await browser?.close();
  if (typeof firefox !== "string") await firefox.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

test.each([
  ["plain.html", 0.5],
  ["vite-typescript/index.html", 0.6],
  ["react/index.html", 1],
  ["worker/index.html", 0.5],
])("%s shows the classes of a photo that is chosen over it, by %s", async (path, alpha) => {
  const { page, problems } = await openPage(browser, `${server.url}/${path}?model=${server.url}/models/dpt-vit-seg/`);
  const input = (await page.waitForSelector("input:enabled")) as ElementHandle<HTMLInputElement>;
  // Until the page listens, nothing happens.
  await page.waitForNetworkIdle();
  await input.uploadFile(join(folder, "photo.png"));
  await page.waitForFunction(() => !/^(?:Choose|Loading|load|compile|$)/.test(document.querySelector("output")!.value));
  const model = await DPT.load(filesFromFolder(join(folder, "dpt-vit-seg")), { device: await testDevice() });
  const { labels, classes, colours } = await model.segment(PHOTO);
  model.dispose();
  expect(await page.$eval("output", ({ value }) => value)).toBe(`${new Set(labels).size} classes`);
  const shown = await page.$eval("canvas", (canvas) => {
    const { width, height } = canvas;
    return [...canvas.getContext("2d")!.getImageData(0, 0, width, height).data];
  });
  const palette = paletteFor(classes, { own: colours });
  const want = Array.from(labels, (label, i) =>
    palette[label]!.map((c, k) => alpha * c + (1 - alpha) * PHOTO.data[3 * i + k]!),
  );
  expect(shown).toHaveLength(4 * want.length);
  // Canvases premultiply in bytes.
  const wrong = want.filter((colour, i) => colour.some((value, k) => !(Math.abs(value - shown[4 * i + k]!) < 2.5)));
  expect(wrong).toEqual([]);
  expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
});

/** Three frames a second: drawn without a pause, they leave software that computes both little time for the model. */
function drawSeldom(): void {
  const ask = requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (draw) => Number(setTimeout(() => ask(draw), 300));
}

/** The example of three.js shows a photo as large as its depth says, where its camera sees it. */
async function checkRelief(shown: Browser, name: string): Promise<void> {
  const photo = quarters(64, 48);
  const { width, height, data } = photo;
  const file = join(folder, "quarters.png");
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
  const model = await DPT.load(filesFromFolder(join(folder, "dpt-vit-depth")), { device: await testDevice() });
  const { depth } = await model.depth(photo);
  model.dispose();

  const { page, problems } = await openPage(shown, "about:blank");
  // A blank page answers nothing.
  problems.splice(0);
  await page.evaluateOnNewDocument(drawSeldom);
  await page.goto(`${server.url}/three/index.html?model=${server.url}/models/dpt-vit-depth/`);
  const canvas = (await page.waitForSelector("canvas"))!;
  await page.waitForNetworkIdle();
  await ((await page.$("input")) as ElementHandle<HTMLInputElement>).uploadFile(file);
  await page.waitForFunction(() => document.querySelector("output")!.value === "64x48, relative inverse");
  // The scene is there; it is drawn with the next frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const shot = await canvas.screenshot({ path: artefactPath(`example-three-${name}.png`) });
  const { data: pixels, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([480, 360]);

  const camera = new PerspectiveCamera(50, 480 / 360, 0.1, 10);
  camera.position.set(0.6, 0.3, 1.6);
  camera.lookAt(0, 0, 0);
  camera.updateMatrixWorld();
  /** Where a point of the photo is seen, lifted as the example's relief does, or not. */
  const placeOf = (column: number, row: number, isLifted = true) => {
    const [u, v] = [column / (width - 1), row / (height - 1)];
    const near = Math.min(1, Math.max(0, depth[row * width + column]! / 10));
    const at = new Vector3(((u - 0.5) * width) / height, 0.5 - v, isLifted ? 0.4 * near : 0).project(camera);
    return [240 * (1 + at.x), 180 * (1 - at.y)] as const;
  };
  for (const [i, colour] of QUARTERS.entries()) {
    const [x, y] = placeOf(width / 4 + (i % 2) * (width / 2), height / 4 + (i >> 1) * (height / 2)).map(Math.round);
    expect([...pixels.subarray(3 * (480 * y! + x!), 3 * (480 * y! + x!) + 3)], `quarter ${i}`).toEqual(colour);
  }

  const boxOf = (places: readonly (readonly [number, number])[]) => {
    const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
    return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  };
  const points = Array.from(depth, (_, i) => [i % width, Math.floor(i / width)] as const);
  const painted = Array.from({ length: 480 * 360 }, (_, i) => [i % 480, Math.floor(i / 480)] as const).filter(
    ([x, y]) => pixels.subarray(3 * (480 * y + x), 3 * (480 * y + x) + 3).some((value) => value < 255),
  );
  const [seen, lifted, flat] = [
    painted,
    points.map((at) => placeOf(...at)),
    points.map((at) => placeOf(...at, false)),
  ].map(boxOf);
  // A pixel for the edge of a triangle, and one for the 160 columns that the plane has.
  for (const [i, edge] of lifted!.entries()) expect(Math.abs(seen![i]! - edge), `edge ${i}`).toBeLessThan(2);
  expect(Math.max(...flat!.map((edge, i) => Math.abs(edge - lifted![i]!)))).toBeGreaterThan(8);
  expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
}

test("three/index.html draws the photo, lifted by the depth's texture", () => checkRelief(browser, "chromium"));

if (typeof firefox === "string") {
  const notice = `the example of three.js in Firefox not driven: ${firefox}`;
  console.warn(notice);
  test.skip(notice);
} else {
  test("three/index.html in Firefox", () => checkRelief(firefox, "firefox"));
}
