import type { Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { give } from "./give.ts";
import { recordedVideo } from "./recorded-video.ts";
import { type Demo, startDemo } from "./start-demo.ts";
import { watchVideos } from "./watch-videos.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

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

test("the camera's frames are answered until it is taken away, which is told; a video's too; the page goes on", async () => {
  await using visit = await demo.openTiny("&sample=");
  const { page } = visit;
  await page.evaluate(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      Object.assign(globalThis, { camera: stream });
      return stream;
    };
  });
  await visit.click("#camera");
  await visit.until(".playing", /[1-9]\d* ms behind/);
  await page.waitForSelector(".result");
  await page.evaluate(() => {
    const { camera } = globalThis as unknown as { camera: MediaStream };
    for (const track of camera.getTracks()) track.dispatchEvent(new Event("ended"));
  });
  expect(await visit.until('[role="alert"]', /camera/)).toMatch(/got it taken away\. Plug it in or allow it again/);
  expect(await page.$(".playing")).toBeNull();
  await give(visit, "drop", [await recordedVideo(page)]);
  await visit.until(".playing", /[1-9]\d* ms behind/);
  await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 96);
  await visit.click('[data-sample="cat"]');
  await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>(".result")?.width === 451);
  expect(await visit.text('[role="alert"]')).toBe("");
});

test("a film paused, smoothed, compared and stopped; its last frame stays, with its answer", async () => {
  const tiny = encodeURIComponent(demo.tiny.url);
  const query = `&sample=&against=${tiny}&againstDtype=f32&smoothing=50`;
  await using visit = await demo.openTiny(query, watchVideos);
  const { page } = visit;
  await give(visit, "drop", [await recordedVideo(page)]);
  await visit.until(".playing", /[1-9]\d* ms behind, \d+ dropped/);
  // A click must not miss a button because the figures beside it have grown.
  for (const width of [360, 1280]) {
    await page.setViewport({ width, height: 800 });
    expect(await placesOfPause(page), `${width} pixels wide`).toHaveLength(1);
  }
  // A smoothed label has no confidence of its own.
  expect(await visit.tipAt(0.3, 0.3, /./)).toMatch(/^LABEL_\d$/);

  await visit.click("#pause");
  await page.waitForSelector('#pause[aria-label="Go on"]');
  const still = await visit.shownWhenIdle();
  await page.$eval("#smoothing", (slider) => {
    Object.assign(slider, { value: "0" });
    slider.dispatchEvent(new Event("change", { bubbles: true }));
  });
  expect(await visit.address()).not.toContain("smoothing");
  await visit.tipAt(0.3, 0.3, /^LABEL_\d, \d+ %$/);
  expect(await visit.shownWhenIdle()).toBe(still);

  await visit.click("#pause");
  // Both models see the same frame: in the same numbers they say the same.
  for (let frames = 0; frames < 4; frames++) {
    await visit.untilOther(await visit.shown());
    expect(await visit.text("#agreement")).toMatch(/^100 %the same0 of 6,144 pixels/);
  }
  // Paused, so that no frame is on its way whose answer would begin anew what Stop has not ended.
  await visit.click("#pause");
  await visit.untilIdle();
  await visit.click("#stop");
  expect(await page.$(".playing")).toBeNull();
  expect(await page.evaluate(() => [...played].map(({ paused }) => paused))).toEqual([true]);
  const last = await visit.shownWhenIdle();
  expect(await visit.text("#agreement")).toMatch(/^100 %/);
  // The models' streams have ended: nobody waits for a frame, and where frames come all the same none is answered.
  await page.waitForFunction(() => awaited.size === 0);
  await page.evaluate(async () => {
    const [video] = played;
    await video!.play();
    for (let frames = 0; frames < 5; frames++) {
      await new Promise((resolve) => video!.requestVideoFrameCallback(resolve));
    }
  });
  expect(await visit.shownWhenIdle()).toBe(last);
  await page.evaluate(() => {
    for (const video of played) video.pause();
  });
  await page.select("#size", "98");
  await visit.until(".machine", /Network9\d × 9\d/);
  expect(await visit.shown()).toBe(last);
  expect(visit.problems).toEqual([]);
});
