import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG_MS, watchMainTasks } from "../browser/main-tasks.ts";
import { DemoPage } from "./demo-page.ts";
import { type Demo, startDemo } from "./start-demo.ts";

/** A million and a half of pixels, each of which is coloured, counted and compared. */
const PHOTO = { width: 1440, height: 1080 };

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

/** Until the picture's answer is shown. */
async function untilShown({ page }: DemoPage): Promise<void> {
  await page.waitForFunction(
    (width) => document.querySelector<HTMLCanvasElement>(".result")?.width === width,
    { timeout: 60_000 },
    PHOTO.width,
  );
}

/**
 * What the page does takes as long each time; what takes longer once, such as the browser's own start of a worker (90 ms seen), is
 * a thread that computes beside others on its core. So a task is too long if it is in three runs of three.
 */
const AGAIN = { retry: 2, timeout: 200_000 };

test("no task of the page takes 50 ms while models load, answer, are shown and taken home", AGAIN, async () => {
  const seen = await watchMainTasks(demo.browser);
  await using visit = await DemoPage.open(demo.browser, `${demo.address}?size=98`);
  const { page } = visit;
  await visit.untilAnswered();
  await visit.give("drop", [photo]);
  await untilShown(visit);
  await visit.clickAt(0.5, 0.85);
  await page.waitForSelector('[aria-pressed="true"][data-class]');
  for (const name of ["PNG", "Labels", "GeoJSON"]) {
    const { bytes } = await visit.download(`[data-format="${name}"]`);
    expect(bytes.length).toBeGreaterThan(10_000);
  }
  // The depth of the same photo, in other colours.
  await page.click('[name="task"][value="depth"]');
  await page.waitForSelector(".scale", { timeout: 60_000 });
  await untilShown(visit);
  await page.select("#colours", "turbo");
  expect(await seen(LONG_MS)).toEqual([]);
  expect(visit.problems).toEqual([]);
});
