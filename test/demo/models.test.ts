import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commit, startHub } from "../hub-server.ts";
import { give } from "./give.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

const tinyFiles = () =>
  readdirSync(demo.tiny.folder).map((name) => {
    return { name, type: "", bytes: readFileSync(join(demo.tiny.folder, name)) };
  });

test("two dtypes side by side, with the pixels on which they differ", async () => {
  await using visit = await demo.openTiny("&theme=dark&againstDtype=q4");
  await visit.untilAnswered();
  await visit.click("#compare");
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
  expect(visit.problems).toEqual([]);
});

test("a model's folder dropped, and one of the hub by its id", async () => {
  const files = Object.fromEntries(tinyFiles().map(({ name, bytes }) => [name, bytes]));
  const main = commit("a");
  const hub = await startHub({ "some/tiny": { commits: { [main]: files }, refs: { main } } });
  try {
    await using visit = await demo.openTiny("&sample=");
    const { page } = visit;
    // A worker whose script is asked for while interception begins may wait for ever.
    await visit.until(".machine", /Weights on the GPU\d/);
    await give(visit, "drop", tinyFiles());
    await visit.click('[data-sample="street"]');
    await visit.until(".class", /LABEL_/);
    expect(await visit.address()).not.toContain("file%3A");
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
