import type { Browser, Page } from "puppeteer";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomPicture } from "../small-models.ts";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import type { SourceKind } from "./pages/sources.ts";
import { quarters } from "./quarters.ts";

const KINDS: readonly SourceKind[] = [
  "blob",
  "bitmap",
  "image",
  "canvas",
  "offscreen canvas",
  "image data",
  "video frame",
  "video",
  "texture rgba8unorm",
  "texture bgra8unorm-srgb",
];

let server: PageServer;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  server = await startPageServer();
  browser = await launchChromium();
  ({ page, problems } = await openPage(browser, `${server.url}/sources.html`));
  await page.waitForFunction(() => "refusalOf" in globalThis);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const png = ({ width, height, data }: ReturnType<typeof randomPicture>) => {
  return sharp(data, { raw: { width, height, channels: 3 } });
};
const take = (kind: SourceKind, file: Buffer, toWorker = false) => {
  return page.evaluate((...args) => globalThis.pixelsOf(...args), kind, file.toString("base64"), toWorker);
};
const rgbOf = (words: readonly number[]) =>
  words.flatMap((word) => [word & 255, (word >> 8) & 255, (word >> 16) & 255]);

// 64 pixels are whole rows of a texture's copy, 41 are not.
describe.each([64, 41])("a PNG %i pixels wide has its own pixels", (width) => {
  const picture = randomPicture(width, 23);

  test.each(KINDS)("as %s", async (kind) => {
    const { size, words, onDevice } = await take(kind, await png(picture).png().toBuffer());
    expect(size).toBe(`${width}x23`);
    expect(rgbOf(words)).toEqual([...picture.data]);
    expect(onDevice).toBe(kind !== "image data" && kind !== "texture bgra8unorm-srgb");
    expect(problems).toEqual([]);
  });
});

/** The largest difference of a channel. */
const errorOf = (got: readonly number[], want: Iterable<number>) => {
  return Math.max(...[...want].map((value, i) => Math.abs(value - got[i]!)));
};
const KEPT = ["blob", "bitmap", "image"] as const;
/** Read on the page, or as they go to a worker and are read there. */
const FILES = KEPT.flatMap((kind) => [[kind, "page", false] as const, [kind, "worker", true] as const]);

test.each(FILES)("EXIF's orientation is applied once: %s, %s", async (kind, _, toWorker) => {
  const file = await png(quarters(48, 32))
    .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const turned = await sharp(file).autoOrient().raw().toBuffer();
  const { size, words } = await take(kind, file, toWorker);
  expect(size).toBe("32x48");
  // Decoders of JPEG may differ by a rounding or two.
  expect(errorOf(rgbOf(words), turned)).toBeLessThanOrEqual(2);
});

test.each(FILES)("a profile's colours become sRGB: %s, %s", async (kind, _, toWorker) => {
  const picture = quarters(16, 8);
  const file = await png(picture).png().withIccProfile("p3").toBuffer();
  const stored = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
  expect(errorOf([...stored], picture.data)).toBeGreaterThan(10);
  // There and back through 8 bits.
  expect(errorOf(rgbOf((await take(kind, file, toWorker)).words), picture.data)).toBeLessThanOrEqual(2);
});

test.each(FILES)("colours under transparent pixels stay: %s, %s", async (kind, _, toWorker) => {
  const { width, height, data } = randomPicture(8, 8);
  // From none at all, where colours that were multiplied by it would be gone, to all.
  const alpha = Buffer.from(Array.from({ length: width * height }, (_pixel, i) => 4 * i));
  const file = await png({ width, height, data })
    .joinChannel(alpha, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  expect(rgbOf((await take(kind, file, toWorker)).words)).toEqual([...data]);
});

const FORMATS = ["bitmap", "RGBA", "BGRX", "I420", "NV12"] as const;
const LOOKS = {
  whole: {},
  "a cut": { visibleRect: { x: 4, y: 2, width: 20, height: 12 } },
  stretched: { displayWidth: 48, displayHeight: 20 },
  "a cut, stretched": { visibleRect: { x: 4, y: 2, width: 20, height: 12 }, displayWidth: 30, displayHeight: 12 },
  turned: { rotation: 90 },
  "on its head": { rotation: 180 },
  mirrored: { flip: true },
  "turned, mirrored, cut": { rotation: 270, flip: true, visibleRect: { x: 4, y: 2, width: 20, height: 12 } },
} as const;
const FRAMES = FORMATS.flatMap((format) =>
  (["page", "worker", "stream"] as const).map((where) => [format, where] as const),
);

test.each(FRAMES)("a VideoFrame is what a canvas shows of it: %s, %s", async (format, where) => {
  for (const [look, settings] of Object.entries(LOOKS)) {
    const { size, words, drawnSize, drawn } = await page.evaluate(
      (...args) => globalThis.frameOf(...args),
      format,
      settings,
      where,
    );
    expect(size, look).toBe(drawnSize);
    // A canvas and a bitmap interpolate differently where they stretch or shrink: by less than a pixel of the ramps and of
    // the corner's edge. What is turned, mirrored or cut otherwise is off by more than 100.
    const isScaled = where === "stream" || "displayWidth" in settings;
    expect(errorOf(rgbOf(words), rgbOf(drawn)), look).toBeLessThanOrEqual(isScaled ? 30 : 2);
  }
});

test("ImageData in Display P3 or of floats becomes 8-bit sRGB", async () => {
  const of = (...args: [object, number[]]) => page.evaluate((...a) => globalThis.imageDataOf(...a), ...args);
  // (180, 100, 60) of P3 is (193, 95, 49) in sRGB, by CSS Color 4's matrices.
  expect(
    errorOf(rgbOf(await of({ colorSpace: "display-p3" }, [180, 100, 60, 255])), [193, 95, 49]),
  ).toBeLessThanOrEqual(1);
  expect(rgbOf(await of({ pixelFormat: "rgba-float16" }, [1, 0.2, 0.4, 1]))).toEqual([255, 51, 102]);
});

test("a picture is read when the call is made", async () => {
  expect(rgbOf(await page.evaluate(() => globalThis.wordsBeforePaint()))).toEqual([16, 32, 48, 16, 32, 48]);
});

test.each([
  ["empty blob", /^FileError: picture: want a file that the browser shows .*, got 0 bytes of type ""/],
  [
    "loading image",
    /^UsageError: picture: want at least 1x1 pixels, got 0x0. Give one that has loaded, and is not closed.$/,
  ],
  ["idle video", /^UsageError: picture: want at least 1x1 pixels, got 0x0/],
  ["string", /^UsageError: picture: want an image, .*, got a string. Fetch it, and give the Blob.$/],
  ["object", /^UsageError: picture: want an image, .*, got Object./],
  ["foreign texture", /^UsageError: picture: want a texture of the model's device/],
  ["float texture", /^UsageError: picture: want a 2-D texture of rgba8unorm, .* got r32float without COPY_SRC/],
] as const)("%s is refused in words", async (kind, words) => {
  expect(await page.evaluate((name) => globalThis.refusalOf(name), kind)).toMatch(words);
});
