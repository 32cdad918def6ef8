import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

test("keyboard and screen reader: what is where, a class alone, and no rule of WCAG broken", async () => {
  await using visit = await demo.openTiny("&theme=dark");
  const { page } = visit;
  await visit.untilAnswered();
  // What was found is spoken when the legend is there, and not over what the keys tell.
  await visit.until("#spoken", /^Found/);
  await page.focus(".inspector");
  await page.keyboard.press("ArrowRight");
  const first = await visit.until("#spoken", /LABEL_\d, \d+ %/);
  expect(await visit.text(".tip")).toBe(first);
  await page.keyboard.press("Enter");
  expect(await visit.text("#spoken")).toMatch(/LABEL_\d alone/);
  expect(await visit.address()).toMatch(/only=LABEL_\d/);
  await page.keyboard.press("Escape");
  expect(await visit.address()).not.toContain("only");
  await visit.screenshot("segmentation-dark");
  expect(await visit.violations()).toEqual([]);
  const theme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(await theme()).toBe("dark");
  await visit.click("#theme");
  expect(await theme()).toBe("light dark");
  expect(await visit.violations()).toEqual([]);
});

test("the licences of all that the page brings lie beside it", async () => {
  await using visit = await demo.openTiny();
  const licences = await visit.page.$eval('a[href="./licences.txt"]', async (link) => (await fetch(link.href)).text());
  // Of the page, of a worker alone, of a part that is loaded late, of a model, of a picture.
  for (const part of ["preact 11", "comlink 4", "three 0.", "Apache License", "CamVid"])
    expect(licences).toContain(part);
});

test("on a phone nothing is wider than the screen, and the picture is seen at once", async () => {
  await using visit = await demo.openTiny();
  await visit.untilAnswered();
  await visit.page.setViewport({ width: 360, height: 740 });
  expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await visit.click(".message .round");
  const { top, bottom } = await visit.page.$eval(".frame", (frame) => frame.getBoundingClientRect().toJSON());
  expect(top).toBeGreaterThan(0);
  expect(bottom).toBeLessThan(740);
  await visit.screenshot("phone-light");
  expect(await visit.violations()).toEqual([]);
});
