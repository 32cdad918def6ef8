import { afterAll, beforeAll, expect, test } from "vitest";
import { CAMVID } from "../../src/model/palettes/camvid.ts";
import { DemoPage } from "./demo-page.ts";
import { download } from "./download.ts";
import { givenPhoto } from "./given-photo.ts";
import { pixelsOf } from "./pixels-of.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

declare global {
  /** What the page ever said it does. */
  var worksTold: Set<string>;
}

/** What is told while a model comes stands there for a moment only. */
function noteWork(): void {
  globalThis.worksTold = new Set();
  new MutationObserver(() => worksTold.add(document.querySelector(".work")?.textContent ?? "")).observe(document, {
    childList: true,
    subtree: true,
    characterData: true,
  });
}

test("the first visit: a sample's classes, pointed at, isolated, searched for, taken home, and without a network", async () => {
  const site = await demo.serve();
  await using visit = await DemoPage.open(demo.browser, `${site.address}?size=98&divider=30`, noteWork);
  const { page } = visit;
  await visit.untilAnswered();
  const told = await page.evaluate(() => [...worksTold]);
  expect(told).toContainEqual(expect.stringMatching(/Downloading the model[\d.]+ MiB of 49\.6 MiB/));
  await visit.screenshot("segmentation-light");

  expect(await visit.tipAt(0.5, 0.85, /%/)).toMatch(/^road, \d+ %$/);
  for (const [x, y] of [
    [0.95, 0.2],
    [0.1, 0.6],
  ] as const) {
    const [, name] = /^(.+), \d+ %$/.exec(await visit.tipAt(x, y, /%/))!;
    expect((await visit.pixelAt(x, y)).slice(0, 3)).toEqual(CAMVID.get(name!));
  }
  const road = await visit.pixelAt(0.5, 0.85);
  expect(road).toEqual([128, 64, 128, 255]);
  await visit.clickAt(0.5, 0.85);
  expect(await page.$eval('[data-class="road"]', (row) => row.ariaPressed)).toBe("true");
  expect(await visit.pixelAt(0.5, 0.85)).toEqual(road);
  // Under a veil, not in its own colour.
  expect(await visit.pixelAt(0.05, 0.1)).toEqual([12, 14, 18, 255]);
  expect(await visit.address()).toContain("only=road");

  await page.waitForSelector(".class");
  const shares = (await page.$$eval(".class .area", (areas) => areas.map((area) => area.textContent))).map(parseFloat);
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  // Each is rounded to a tenth.
  expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(0.05 * shares.length);
  await page.type("#search", "buil");
  expect(await page.$$eval(".class", (rows) => rows.map((row) => row.getAttribute("data-class")))).toEqual([
    "building",
  ]);
  await page.keyboard.press("Enter");
  expect(await visit.address()).toContain("only=building");
  await visit.click(".legend .title button");
  expect(await visit.address()).not.toContain("only");

  const png = await download(visit, '[data-format="PNG"]');
  expect(png.name).toBe("street.overlay.png");
  const [overlaid, street] = [await pixelsOf(png.bytes), await pixelsOf(givenPhoto("examples/street.png").bytes)];
  // Left of the divider the photo, right of it the class's colour at the slider's 65 %.
  expect(overlaid.at(48, 306)).toEqual(street.at(48, 306));
  const blended = street.at(240, 306).map((value, i) => 0.35 * value + 0.65 * road[i]!);
  for (const [i, value] of overlaid.at(240, 306).entries()) expect(Math.abs(value - blended[i]!)).toBeLessThan(1.5);
  const { bytes } = await download(visit, '[data-format="GeoJSON"]');
  const { features, bbox } = JSON.parse(bytes.toString());
  expect(bbox).toEqual([0, 0, 480, 360]);
  expect(features.map(({ properties }: { properties: { name: string } }) => properties.name)).toContain("road");
  const labels = await download(visit, '[data-format="Labels"]');
  const ids = await pixelsOf(labels.bytes);
  expect([labels.name, ids.width, ids.height]).toEqual(["street.labels.png", 480, 360]);
  expect(ids.at(240, 306)).toEqual(road.slice(0, 3));
  expect(visit.problems).toEqual([]);

  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  const manifest = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]')!;
    return (await fetch(link.href)).json() as Promise<{ display: string; icons: { sizes: string }[] }>;
  });
  expect(manifest.display).toBe("standalone");
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
  await site.stop();
  await using again = await visit.comeBack();
  // The sample as well as the model come from what the browser has kept.
  await again.page.waitForSelector(".layer");
  await again.until(".machine", /Weights on the GPU110 MiB/);
});
