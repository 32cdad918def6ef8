import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DemoPage } from "./demo-page.ts";
import { give } from "./give.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

const photo = (name: string, folder: string) => {
  const path = new URL(`../fixtures/images/preprocess/${folder}/image.png`, import.meta.url);
  return { name, type: "image/png", bytes: readFileSync(fileURLToPath(path)) };
};
/** 90, 213 and 160 pixels wide. */
const PHOTOS = [photo("a.png", "grey"), photo("b.png", "keep-aspect-32"), photo("c.png", "ade-square")];
const BROKEN = { name: "broken.png", type: "image/png", bytes: new Uint8Array(9) };

const widthIs = (visit: DemoPage, width: number) =>
  visit.page.waitForFunction((want) => document.querySelector<HTMLCanvasElement>(".result")?.width === want, {}, width);
const names = (visit: DemoPage) =>
  visit.page.$$eval('[aria-label="Your photos"] button', (all) => all.map((each) => each.ariaLabel));
const pressed = (visit: DemoPage) =>
  visit.page.$$eval('.sample[aria-pressed="true"]', (all) => all.map((each) => each.ariaLabel));
const untilSmall = (visit: DemoPage, count: number) =>
  visit.page.waitForFunction(
    (want) => document.querySelectorAll('.sample img[src^="blob:"]').length === want,
    {},
    count,
  );

test("several photos at once: the first is shown, the others by a click; Back, Forward, and what a reload cannot keep", async () => {
  await using visit = await demo.openTiny();
  const { page } = visit;
  await visit.untilAnswered();
  expect(await page.$eval("#open", (input) => (input as HTMLInputElement).multiple)).toBe(true);

  await give(visit, "drop", [BROKEN, ...PHOTOS, { ...BROKEN, name: "later.png" }]);
  await widthIs(visit, 90);
  // Neither is kept, and the one that was found last is told.
  await untilSmall(visit, 3);
  await visit.until('[role="alert"]', /later\.png: want a picture that this browser reads/);
  expect(await names(visit)).toEqual(["a.png", "b.png", "c.png"].map((name) => `Your photo: ${name}`));
  expect(await pressed(visit)).toEqual(["Your photo: a.png"]);
  const [, second] = await page.$$('[aria-label="Your photos"] button');
  await second!.focus();
  await page.keyboard.press("Enter");
  await widthIs(visit, 213);
  expect(await pressed(visit)).toEqual(["Your photo: b.png"]);
  expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe("Your photo: b.png");
  expect(await visit.address()).toMatch(/sample=(&|$)/);
  await visit.screenshot("own-photos");
  expect(await visit.violations()).toEqual([]);

  await visit.click('[data-sample="cat"]');
  await widthIs(visit, 451);
  await page.goBack();
  await widthIs(visit, 213);
  await page.goBack();
  await widthIs(visit, 90);
  await page.goBack();
  await widthIs(visit, 480);
  await page.goForward();
  await widthIs(visit, 90);
  expect(await pressed(visit)).toEqual(["Your photo: a.png"]);

  await page.reload();
  expect(await visit.until(".empty", /./)).toBe(
    "The page keeps no photo or film of yours. Choose a picture below, or drop one here.",
  );
  expect(await names(visit)).toEqual([]);
  await page.goBack();
  await widthIs(visit, 480);
  await page.goForward();
  await visit.until(".empty", /keeps no photo/);
  expect(visit.problems).toEqual([]);
});

test("of more photos than are kept it is said how many are left out, and the same one is not kept twice", async () => {
  await using visit = await demo.openTiny();
  const { page } = visit;
  const many = Array.from({ length: 14 }, (_, i) => ({ ...PHOTOS[0]!, name: `${i}.png` }));
  await give(visit, "drop", many);
  await visit.until(".message", /2 of these files were left out: the page takes one video, or 12 photos, at a time/);
  await untilSmall(visit, 12);
  await give(visit, "paste", [PHOTOS[1]!]);
  await widthIs(visit, 213);
  await untilSmall(visit, 12);
  expect((await names(visit)).slice(0, 2)).toEqual(["Your photo: b.png", "Your photo: 0.png"]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280);
  expect(visit.problems).toEqual([]);
});
