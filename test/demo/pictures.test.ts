import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUARTERS, quarters } from "../browser/quarters.ts";
import type { DemoPage } from "./demo-page.ts";
import { download } from "./download.ts";
import { give } from "./give.ts";
import { givenPhoto } from "./given-photo.ts";
import { pixelsOf } from "./pixels-of.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;
let visit: DemoPage;

beforeAll(async () => {
  demo = await startDemo();
  visit = await demo.openTiny("&theme=dark&opacity=30");
  await visit.untilAnswered();
});

afterAll(() => demo?.stop());

test("a photo dropped, one pasted and one picked; a link shows the same settings", async () => {
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".layer")?.width === 480);
  await give(visit, "drop", [givenPhoto("test/fixtures/images/preprocess/grey/image.png")]);
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 90);
  expect(await visit.address()).not.toMatch(/sample=street/);
  await give(visit, "paste", [givenPhoto("test/fixtures/images/preprocess/keep-aspect-32/image.png")]);
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 213);
  const input = await visit.page.$('#open[type="file"]');
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(
    fileURLToPath(new URL("../fixtures/images/preprocess/ade-square/image.png", import.meta.url)),
  );
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 160);

  await visit.page.$eval("#divider", (slider) => {
    Object.assign(slider, { value: "40" });
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const style = await visit.page.$eval(".result", (canvas) => (canvas as HTMLCanvasElement).style.cssText);
  expect(style).toMatch(/opacity: 0\.3.*clip-path: inset\(0(?:px)? 0(?:px)? 0(?:px)? 40%\)/);
  await visit.page.waitForFunction(() => location.search.includes("divider=40"));
  const query = new URL(visit.page.url()).searchParams;
  expect(Object.fromEntries(query)).toMatchObject({
    model: demo.tiny.url,
    opacity: "30",
    divider: "40",
    sample: "",
    theme: "dark",
  });
});

test("a photo that its EXIF turns and a picture with transparent parts are seen, answered and taken home as they are", async () => {
  const { width, height, data } = quarters(96, 64);
  const lying = () => sharp(data, { raw: { width, height, channels: 3 } });
  const turned = await lying().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
  await give(visit, "drop", [{ name: "turned.jpg", type: "image/jpeg", bytes: turned }]);
  // By a quarter to the right: what was left is above.
  const [topLeft, topRight, bottomLeft, bottomRight] = QUARTERS;
  const seen = [bottomLeft, topLeft, bottomRight, topRight];
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.height === 96);
  const places = [0.25, 0.75].flatMap((y) => [0.25, 0.75].map((x) => [x, y] as const));
  for (const [i, [x, y]] of places.entries()) {
    const pixel = await visit.pixelAt(x, y, ".layer");
    // A JPEG's rounding.
    for (const c of [0, 1, 2]) expect(Math.abs(pixel[c]! - seen[i]![c]!)).toBeLessThanOrEqual(3);
  }
  const { width: savedWidth, height: savedHeight } = await pixelsOf(
    (await download(visit, '[data-format="PNG"]')).bytes,
  );
  expect([savedWidth, savedHeight]).toEqual([64, 96]);

  const alpha = Buffer.alloc(width * height, 255).fill(100, 0, (width * height) / 2);
  const glass = lying().joinChannel(alpha, { raw: { width, height, channels: 1 } });
  await give(visit, "drop", [{ name: "glass.png", type: "image/png", bytes: await glass.png().toBuffer() }]);
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.height === 64);
  expect(await visit.pixelAt(0.75, 0.75, ".layer")).toEqual([...bottomRight, 255]);
  const [red, green, blue, opacity] = await visit.pixelAt(0.25, 0.25, ".layer");
  expect(opacity).toBe(100);
  // A canvas holds colours multiplied by 100 of 255: there and back they are off by one or two.
  for (const [i, value] of [red, green, blue].entries()) expect(Math.abs(value! - topLeft[i]!)).toBeLessThanOrEqual(2);
});
