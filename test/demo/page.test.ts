import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CAMVID } from "../../src/model/palettes/camvid.ts";
import { QUARTERS, quarters } from "../browser/quarters.ts";
import { commit, startHub } from "../hub-server.ts";
import { DemoPage } from "./demo-page.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;
/** The page with the tiny model, which takes seconds less than those that come with it; opened once for many tests. */
let visit: DemoPage;

beforeAll(async () => {
  demo = await startDemo();
  visit = await open(`?theme=dark&againstDtype=q4&opacity=30&model=${encodeURIComponent(demo.tiny.url)}`);
  await visit.untilAnswered();
});

afterAll(() => demo?.stop());

const open = (query: string) => DemoPage.open(demo.browser, demo.address + query);
const photo = (path: string) => {
  const bytes = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
  return { name: path.split("/").at(-1)!, type: "image/png", bytes };
};
const tinyFiles = () =>
  readdirSync(demo.tiny.folder).map((name) => {
    return { name, type: "", bytes: readFileSync(join(demo.tiny.folder, name)) };
  });

/** Red, green and blue by place. */
async function pixelsOf(file: Uint8Array) {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray(3 * (info.width * y + x), 3 * (info.width * y + x) + 3)];
  return { width: info.width, height: info.height, at };
}

declare global {
  /** Videos that were ever played on the page. */
  var played: Set<HTMLMediaElement>;
  /** Frames of videos that somebody waits for. */
  var awaited: Set<number>;
}

function watchVideos(): void {
  Object.assign(globalThis, { played: new Set(), awaited: new Set() });
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    played.add(this);
    return play.call(this);
  };
  const { requestVideoFrameCallback: request, cancelVideoFrameCallback: cancel } = HTMLVideoElement.prototype;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (onFrame) {
    const handle = request.call(this, (...frame) => {
      awaited.delete(handle);
      onFrame(...frame);
    });
    awaited.add(handle);
    return handle;
  };
  HTMLVideoElement.prototype.cancelVideoFrameCallback = function (handle) {
    awaited.delete(handle);
    cancel.call(this, handle);
  };
}

/** Where the button is, whatever the length of the figures beside it. */
async function placesOfPause(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const figures = document.querySelector(".playing .figures")!.firstChild as Text;
    const shown = figures.data;
    const places = new Set<string>();
    for (const text of [
      "waiting",
      "9.9 a second, 99 ms behind, 99 dropped",
      "0.1 a second, 123456 ms behind, 123456 dropped",
    ]) {
      figures.data = text;
      const { x, y } = document.querySelector("#pause")!.getBoundingClientRect();
      places.add(`${x}, ${y}`);
    }
    figures.data = shown;
    return [...places];
  });
}

/** A second of a moving square, as WebM. */
async function recordedVideo(page: Page) {
  const text = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 96, height: 64 });
    const context = canvas.getContext("2d")!;
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start(100);
    for (let i = 0; i < 20; i++) {
      context.fillStyle = `hsl(${18 * i} 80% 50%)`;
      context.fillRect(0, 0, 96, 64);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  return { name: "square.webm", type: "video/webm", bytes: Buffer.from(text, "base64") };
}

test("the first visit: a sample's classes, pointed at, isolated, searched for, taken home, and without a network", async () => {
  const site = await demo.serve();
  await using visit = await DemoPage.open(demo.browser, `${site.address}?size=98&divider=30`);
  const { page } = visit;
  await visit.until(".work", /Downloading the model[\d.]+ MiB of 49\.6 MiB/);
  await visit.untilAnswered();
  await visit.screenshot("segmentation-light");

  await visit.pointAt(0.5, 0.85);
  expect(await visit.until(".tip", /./)).toMatch(/^road, \d+ %$/);
  for (const [x, y] of [
    [0.95, 0.2],
    [0.1, 0.6],
  ] as const) {
    await visit.pointAt(x, y);
    const [, name] = /^(.+), \d+ %$/.exec(await visit.until(".tip", /%/))!;
    expect((await visit.pixelAt(x, y)).slice(0, 3)).toEqual(CAMVID.get(name!));
  }
  const road = await visit.pixelAt(0.5, 0.85);
  expect(road).toEqual([128, 64, 128, 255]);
  await visit.clickAt(0.5, 0.85);
  expect(await page.$eval('[data-class="road"]', (row) => row.ariaPressed)).toBe("true");
  expect(await visit.pixelAt(0.5, 0.85)).toEqual(road);
  // Under a veil, not in its own colour.
  expect(await visit.pixelAt(0.05, 0.1)).toEqual([12, 14, 18, 255]);
  expect(page.url()).toContain("only=road");

  const shares = (await page.$$eval(".class .area", (areas) => areas.map((area) => area.textContent))).map(parseFloat);
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  // Each is rounded to a tenth.
  expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100)).toBeLessThan(0.05 * shares.length);
  await page.type("#search", "buil");
  expect(await page.$$eval(".class", (rows) => rows.map((row) => row.getAttribute("data-class")))).toEqual([
    "building",
  ]);
  await page.keyboard.press("Enter");
  expect(page.url()).toContain("only=building");
  await page.click(".legend .title button");
  expect(page.url()).not.toContain("only");

  const png = await visit.download('[data-format="PNG"]');
  expect(png.name).toBe("street.overlay.png");
  const [overlaid, street] = [await pixelsOf(png.bytes), await pixelsOf(photo("examples/street.png").bytes)];
  // Left of the divider the photo, right of it the class's colour at the slider's 65 %.
  expect(overlaid.at(48, 306)).toEqual(street.at(48, 306));
  const blended = street.at(240, 306).map((value, i) => 0.35 * value + 0.65 * road[i]!);
  for (const [i, value] of overlaid.at(240, 306).entries()) expect(Math.abs(value - blended[i]!)).toBeLessThan(1.5);
  const { bytes } = await visit.download('[data-format="GeoJSON"]');
  const { features, bbox } = JSON.parse(bytes.toString());
  expect(bbox).toEqual([0, 0, 480, 360]);
  expect(features.map(({ properties }: { properties: { name: string } }) => properties.name)).toContain("road");
  const labels = await visit.download('[data-format="Labels"]');
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

test("depth: a colour map, a relief that keys turn, a point cloud, and the time of each kernel", async () => {
  await using visit = await open("?size=56&sample=coffee&task=depth&model=depth-anything-v2-small&opacity=100");
  const { page } = visit;
  await visit.untilAnswered();
  await visit.screenshot("depth-light");
  const nearest = await visit.pixelAt(0.4, 0.55);
  await page.select("#colours", "greys");
  const grey = await visit.pixelAt(0.4, 0.55);
  expect(nearest).not.toEqual(grey);
  expect(grey[0]).toBe(grey[1]);
  // The nearer the brighter, in figures and on the scale.
  const depthAt = async (x: number, y: number) => {
    await visit.pointAt(x, y);
    return [Number.parseFloat(await visit.until(".tip", /larger is nearer/)), (await visit.pixelAt(x, y))[0]!] as const;
  };
  const [cup, corner] = [await depthAt(0.4, 0.55), await depthAt(0.02, 0.02)];
  expect(cup[0]).toBeGreaterThan(corner[0]);
  expect(cup[1]).toBeGreaterThan(corner[1]);
  const [, far, near] = /far([\d.]+)near([\d.]+)/.exec(await visit.text(".scale dl"))!;
  expect(Number(near)).toBeGreaterThan(Number(far));

  await page.click('.toolbar [type="radio"]:not(:checked)');
  await page.waitForSelector('.relief[data-ready="true"]');
  const canvas = (await page.$(".relief canvas"))!;
  await visit.screenshot("relief-light");
  // The ring around what has the focus is no turn.
  await canvas.focus();
  const shot = async () =>
    sharp(await canvas.screenshot())
      .raw()
      .toBuffer();
  const before = await shot();
  const apart = (after: Buffer) =>
    after.reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0) / after.length;
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
  const turned = apart(await shot());
  expect(turned).toBeGreaterThan(1);
  await page.keyboard.press("Home");
  // Turned back by sines and cosines, which round.
  expect(apart(await shot())).toBeLessThan(0.1 * turned);

  // As when a phone takes the GPU away for a while: it comes back as it was.
  await canvas.evaluate(async (element) => {
    const lost = element.getContext("webgl2")!.getExtension("WEBGL_lose_context")!;
    for (const [end, name] of [
      [() => lost.loseContext(), "webglcontextlost"],
      [() => lost.restoreContext(), "webglcontextrestored"],
    ] as const) {
      const told = new Promise((resolve) => element.addEventListener(name, resolve, { once: true }));
      end();
      await told;
      // Until it is seen.
      for (let frames = 0; frames < 3; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  expect(apart(await shot())).toBeLessThan(0.1 * turned);

  const ply = await visit.download('[data-format="PLY"]');
  expect(ply.name).toBe("coffee.ply");
  expect(ply.bytes.toString("latin1", 0, 200)).toMatch(/^ply\n(?:.*\n)*element vertex 240000\n/);
  const depth16 = await visit.download('[data-format="Depth"]');
  expect([depth16.name, depth16.bytes.readUInt32BE(16), depth16.bytes.readUInt32BE(20), depth16.bytes[24]]).toEqual([
    "coffee.depth16.png",
    600,
    400,
    16,
  ]);
  const mesh = await visit.download('[data-format="GLB"]');
  expect([mesh.name, mesh.bytes.toString("latin1", 0, 4), mesh.bytes.readUInt32LE(8)]).toEqual([
    "coffee.glb",
    "glTF",
    mesh.bytes.length,
  ]);
  const { accessors } = JSON.parse(mesh.bytes.toString("utf8", 20, 20 + mesh.bytes.readUInt32LE(12)));
  const points = accessors.filter(({ type }: { type: string }) => type === "VEC3")[0].count;
  // But for those at edges that no triangle spans.
  expect(points).toBeGreaterThan(0.99 * 600 * 400);

  await page.click("#measure");
  await page.waitForSelector("#kernels svg");
  const kernels = await page.$$eval("#kernels tbody tr", (rows) => rows.map((row) => row.textContent));
  expect(kernels.join()).toMatch(/matmulbackbone[\d.]+ m?s\d+/);
  expect(await visit.text(".machine")).toMatch(/swiftshader.*Weights on the GPU.*MiB.*maxBufferSize/s);
  expect(visit.problems).toEqual([]);
});

test("the self-test tells what is right on this adapter", async () => {
  await using visit = await open(`?model=${encodeURIComponent(demo.tiny.url)}`);
  await visit.untilAnswered();
  await visit.page.click("#self-test");
  const told = await visit.until(".machine .report", /ways to compute are right/);
  expect(told).toMatch(/adapter +.*swiftshader.*\(software\)/);
  expect(told).toMatch(/(what was tried is right|all well)/);
  expect(told).toMatch(/commit +\w+.*agent +Mozilla.*limit +maxBufferSize \d+.*matmul in f32, registers/s);
  // As a person who files a bug takes it away.
  await visit.page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => void document.body.setAttribute("data-copied", text);
  });
  const copied = async (button: string) => {
    await visit.page.evaluate((name) => {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>(".report button")];
      buttons.find(({ textContent }) => textContent === name)!.click();
    }, button);
    await visit.until('.machine [role="status"]', /Copied\./);
    return visit.page.$eval("body", (body) => body.getAttribute("data-copied")!);
  };
  const text = await copied("Copy the report");
  expect(told).toContain(text);
  const report = JSON.parse(await copied("Copy it as JSON"));
  expect(report.results.length).toBeGreaterThan(70);
  expect(text).toContain(`date        ${report.date}\n`);
  expect(visit.problems).toEqual([]);
});

test("two dtypes side by side, with the pixels on which they differ", async () => {
  await visit.page.click("#compare");
  const told = await visit.until("#agreement", /the same/);
  const [, percent, differing, all] = /([\d.]+) %the same([\d,]+) of ([\d,]+) pixels/.exec(told)!;
  const count = Number(differing!.replaceAll(",", ""));
  expect(all).toBe("172,800");
  expect(Number(percent)).toBeCloseTo(Math.floor(10000 * (1 - count / 172800)) / 100, 6);
  // As many pixels are marked as are told, and some are: q8 is not f32.
  await visit.untilPainted();
  const red = await visit.page.$eval(".pane:nth-child(3) .result", (canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(canvas as HTMLCanvasElement, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return data.filter((value, i) => i % 4 === 0 && value === 255).length;
  });
  expect(red).toBe(count);
  expect(count).toBeGreaterThan(0);
  expect(await visit.page.$$(".pane .inspector")).toHaveLength(2);
  await visit.screenshot("compare-dark");
  expect(await visit.violations()).toEqual([]);
  await visit.page.click("#compare");
  await visit.page.waitForSelector(".panes.one");
});

test("a photo dropped, one pasted and one picked; a link shows the same settings", async () => {
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".layer")?.width === 480);
  await visit.give("drop", [photo("test/fixtures/images/preprocess/grey/image.png")]);
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 90);
  expect(visit.page.url()).not.toMatch(/sample=street/);
  await visit.give("paste", [photo("test/fixtures/images/preprocess/keep-aspect-32/image.png")]);
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
  await visit.give("drop", [{ name: "turned.jpg", type: "image/jpeg", bytes: turned }]);
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
    (await visit.download('[data-format="PNG"]')).bytes,
  );
  expect([savedWidth, savedHeight]).toEqual([64, 96]);

  const alpha = Buffer.alloc(width * height, 255).fill(100, 0, (width * height) / 2);
  const glass = lying().joinChannel(alpha, { raw: { width, height, channels: 1 } });
  await visit.give("drop", [{ name: "glass.png", type: "image/png", bytes: await glass.png().toBuffer() }]);
  await visit.page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.height === 64);
  expect(await visit.pixelAt(0.75, 0.75, ".layer")).toEqual([...bottomRight, 255]);
  const [red, green, blue, opacity] = await visit.pixelAt(0.25, 0.25, ".layer");
  expect(opacity).toBe(100);
  // A canvas holds colours multiplied by 100 of 255: there and back they are off by one or two.
  for (const [i, value] of [red, green, blue].entries()) expect(Math.abs(value! - topLeft[i]!)).toBeLessThanOrEqual(2);
});

test("a model's folder dropped, and one of the hub by its id", async () => {
  const files = Object.fromEntries(tinyFiles().map(({ name, bytes }) => [name, bytes]));
  const main = commit("a");
  const hub = await startHub({ "some/tiny": { commits: { [main]: files }, refs: { main } } });
  try {
    await using visit = await open(`?sample=&model=${encodeURIComponent(demo.tiny.url)}`);
    const { page } = visit;
    // A worker whose script is asked for while interception begins may wait for ever.
    await visit.until(".machine", /Weights on the GPU\d/);
    await visit.give("drop", tinyFiles());
    await page.click('[data-sample="street"]');
    await visit.until(".class", /LABEL_/);
    expect(page.url()).not.toContain("file%3A");
    expect(await page.$eval("#model", (select) => (select as HTMLSelectElement).value)).toMatch(/^file:/);

    await page.setRequestInterception(true);
    page.on("request", async (request) => {
      const url = new URL(request.url());
      if (url.hostname !== "huggingface.co") return request.continue();
      const { range } = request.headers();
      const headers = range === undefined ? {} : { range };
      const answer = await fetch(hub.endpoint + url.pathname, { method: request.method(), headers });
      const body = Buffer.from(await answer.arrayBuffer());
      const cors = { "access-control-allow-origin": "*", "access-control-expose-headers": "*" };
      await request.respond({
        status: answer.status,
        headers: { ...Object.fromEntries(answer.headers), ...cors },
        body,
      });
    });
    await page.select("#model", "other…");
    await page.waitForSelector("dialog[open]");
    await visit.screenshot("dialog-light");
    expect(await visit.violations()).toEqual([]);
    await page.type("dialog[open] input[name]", "some/tiny");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.search.includes("some%2Ftiny"));
    await visit.untilAnswered();
    expect(await visit.until(".class", /LABEL_/)).toMatch(/LABEL_/);
    expect(hub.asked.some(({ range }) => range !== undefined)).toBe(true);
  } finally {
    await hub.stop();
  }
});

test("keyboard and screen reader: what is where, a class alone, and no rule of WCAG broken", async () => {
  const { page } = visit;
  await page.focus(".inspector");
  await page.keyboard.press("ArrowRight");
  const first = await visit.until("#spoken", /LABEL_\d, \d+ %/);
  expect(await visit.text(".tip")).toBe(first);
  await page.keyboard.press("Enter");
  expect(await visit.text("#spoken")).toMatch(/LABEL_\d alone/);
  expect(page.url()).toMatch(/only=LABEL_\d/);
  await page.keyboard.press("Escape");
  expect(page.url()).not.toContain("only");
  await visit.screenshot("segmentation-dark");
  expect(await visit.violations()).toEqual([]);
  const theme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(await theme()).toBe("dark");
  await page.click("#theme");
  expect(await theme()).toBe("light dark");
  expect(await visit.violations()).toEqual([]);
});

test("the licences of all that the page brings lie beside it", async () => {
  const licences = await visit.page.$eval('a[href="./licences.txt"]', async (link) => (await fetch(link.href)).text());
  // Of the page, of a worker alone, of a part that is loaded late, of a model, of a picture.
  for (const part of ["preact 11", "comlink 4", "three 0.", "Apache License", "CamVid"])
    expect(licences).toContain(part);
});

test("on a phone nothing is wider than the screen, and the picture is seen at once", async () => {
  await visit.page.setViewport({ width: 360, height: 740 });
  expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await visit.page.click(".message .round");
  const { top, bottom } = await visit.page.$eval(".frame", (frame) => frame.getBoundingClientRect().toJSON());
  expect(top).toBeGreaterThan(0);
  expect(bottom).toBeLessThan(740);
  await visit.screenshot("phone-light");
  expect(await visit.violations()).toEqual([]);
  await visit.page.setViewport({ width: 1280, height: 800 });
});

test("the camera's frames are answered until it is taken away, which is told; a video's too; the page goes on", async () => {
  const { page } = visit;
  await page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      Object.assign(globalThis, { camera: stream });
      return stream;
    };
  });
  await page.click("#camera");
  await visit.until(".playing", /[1-9]\d* ms behind/);
  await visit.untilAnswered();
  await page.evaluate(() => {
    const { camera } = globalThis as unknown as { camera: MediaStream };
    for (const track of camera.getTracks()) track.dispatchEvent(new Event("ended"));
  });
  expect(await visit.until('[role="alert"]', /camera/)).toMatch(/got it taken away\. Plug it in or allow it again/);
  expect(await page.$(".playing")).toBeNull();
  await visit.give("drop", [await recordedVideo(page)]);
  await visit.until(".playing", /[1-9]\d* ms behind/);
  await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 96);
  await page.click('[data-sample="cat"]');
  await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 451);
  expect(await visit.text('[role="alert"]')).toBe("");
});

test("a film paused, smoothed, compared and stopped; its last frame stays, with its answer", async () => {
  const tiny = encodeURIComponent(demo.tiny.url);
  const query = `?sample=&model=${tiny}&against=${tiny}&againstDtype=f32&smoothing=50`;
  await using visit = await DemoPage.open(demo.browser, demo.address + query, watchVideos);
  const { page } = visit;
  await visit.give("drop", [await recordedVideo(page)]);
  await visit.until(".playing", /[1-9]\d* ms behind, \d+ dropped/);
  // A click must not miss a button because the figures beside it have grown.
  for (const width of [360, 1280]) {
    await page.setViewport({ width, height: 800 });
    expect(await placesOfPause(page), `${width} pixels wide`).toHaveLength(1);
  }
  // A smoothed label has no confidence of its own.
  await visit.pointAt(0.3, 0.3);
  expect(await visit.until(".tip", /./)).toMatch(/^LABEL_\d$/);

  const several = await visit.severalAnswers();
  await page.click("#pause");
  await page.waitForSelector('#pause[aria-label="Go on"]');
  const still = await visit.untilStill(several);
  await page.$eval("#smoothing", (slider) => {
    Object.assign(slider, { value: "0" });
    slider.dispatchEvent(new Event("change", { bubbles: true }));
  });
  expect(page.url()).not.toContain("smoothing");
  await visit.pointAt(0.3, 0.3);
  await visit.until(".tip", /^LABEL_\d, \d+ %$/);
  expect(await visit.untilStill()).toBe(still);

  await page.click("#pause");
  // Both models see the same frame: in the same numbers they say the same.
  for (let frames = 0; frames < 4; frames++) {
    await visit.untilOther(await visit.shown());
    expect(await visit.text("#agreement")).toMatch(/^100 %the same0 of 6,144 pixels/);
  }
  // Paused, so that no frame is on its way whose answer would begin anew what Stop has not ended.
  await page.click("#pause");
  await visit.untilStill(several);
  await page.click("#stop");
  expect(await page.$(".playing")).toBeNull();
  expect(await page.evaluate(() => [...played].map(({ paused }) => paused))).toEqual([true]);
  const last = await visit.untilStill();
  expect(await visit.text("#agreement")).toMatch(/^100 %/);
  // The models' streams have ended: nobody waits for a frame, and where frames come all the same none is answered.
  expect(await page.evaluate(() => awaited.size)).toBe(0);
  await page.evaluate(() => Promise.all([...played].map((video) => video.play())));
  await new Promise((resolve) => setTimeout(resolve, several));
  expect(await visit.shown()).toBe(last);
  await page.evaluate(() => {
    for (const video of played) video.pause();
  });
  await page.select("#size", "98");
  await visit.until(".machine", /Network9\d × 9\d/);
  expect(await visit.shown()).toBe(last);
  expect(visit.problems).toEqual([]);
});
