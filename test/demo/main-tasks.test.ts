import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG_MS, watchMainTasks } from "../browser/main-tasks.ts";
import type { DemoPage } from "./demo-page.ts";
import { downloadedSize } from "./download.ts";
import { give } from "./give.ts";
import { type Demo, startDemo } from "./start-demo.ts";

/** Nine million pixels, as a phone's photo has; shrunk to the largest that the page takes: four million, in a square. */
const PHOTO = { width: 3000, height: 3000 };

let demo: Demo;
let photo: { name: string; type: string; bytes: Uint8Array };

beforeAll(async () => {
  demo = await startDemo();
  const street = readFileSync(fileURLToPath(new URL("../../examples/street.png", import.meta.url)));
  const { width, height } = PHOTO;
  const bytes = await sharp(street).resize(width, height, { fit: "fill" }).jpeg().toBuffer();
  photo = { name: "photo.jpg", type: "image/jpeg", bytes };
});

afterAll(() => demo?.stop());

/** Until so many answers of the photo are shown. */
async function untilShown(visit: DemoPage, answers = 1): Promise<void> {
  await visit.page.waitForFunction(
    (count) => {
      const results = [...document.querySelectorAll<HTMLCanvasElement>('.result[data-ready="true"]')];
      return results.filter(({ width, height }) => width === height).length === count;
    },
    {},
    answers,
  );
  await visit.untilPainted();
}

/** The tasks of 50 ms and more on a page that is opened, given the photo, and then used. */
async function longTasks(query: string, use: (visit: DemoPage) => Promise<void>) {
  const seen = await watchMainTasks(demo.browser);
  await using visit = await demo.open(query);
  await visit.untilAnswered();
  // The second becomes a small picture to choose it by.
  await give(visit, "drop", [photo, { ...photo, name: "another.jpg" }]);
  await untilShown(visit);
  await use(visit);
  expect(visit.problems).toEqual([]);
  return seen(LONG_MS);
}

async function takeHome(visit: DemoPage, formats: readonly string[]): Promise<void> {
  for (const format of formats) {
    expect(await downloadedSize(visit, `[data-format="${format}"]`)).toBeGreaterThan(10_000);
  }
}

/** With the same model in q8, and the pixels on which they differ. */
async function compare(visit: DemoPage): Promise<void> {
  await visit.click("#compare");
  await untilShown(visit, 3);
  expect(await visit.text("#agreement")).toMatch(/% *the same/);
}

test("no task of the page takes 50 ms while classes are found, isolated, taken home and compared", async () => {
  const tasks = await longTasks("?size=98", async (visit) => {
    await visit.clickAt(0.5, 0.85);
    await visit.page.waitForSelector('[aria-pressed="true"][data-class]');
    await visit.untilPainted();
    await takeHome(visit, ["PNG", "Labels", "GeoJSON"]);
    await compare(visit);
  });
  expect(tasks).toEqual([]);
});

test("nor while depth is found, coloured, taken home, turned as a relief and compared", async () => {
  const tasks = await longTasks("?size=98&task=depth&model=depth-anything-v2-small", async (visit) => {
    const { page } = visit;
    await page.select("#colours", "turbo");
    await visit.untilPainted();
    await takeHome(visit, ["PNG", "Depth", "PLY", "GLB"]);
    await page.click('[name="view"]:not(:checked)');
    await page.waitForSelector('.relief[data-ready="true"]');
    await page.focus(".relief canvas");
    await page.keyboard.press("ArrowLeft");
    await page.setViewport({ width: 1400, height: 900 });
    await page.keyboard.press("ArrowUp");
    await compare(visit);
  });
  expect(tasks).toEqual([]);
});
