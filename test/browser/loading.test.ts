import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import { tinyFolder } from "./tiny-folder.ts";

let folder: string;
let server: PageServer;
let browser: Browser;

beforeAll(async () => {
  folder = await tinyFolder();
  const weights = fileURLToPath(new URL("../../weights", import.meta.url));
  server = await startPageServer({ tiny: folder, weights });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

/** A page that tells which parts of weights it has asked for. */
async function visit({ prepare }: { prepare?: (page: Page) => Promise<unknown> } = {}) {
  const opened = await openPage(browser, "about:blank");
  const { page, problems } = opened;
  const asked: string[] = [];
  page.on("request", (request) => {
    const { range } = request.headers();
    if (range && request.url().endsWith("model.safetensors")) asked.push(range.slice("bytes=".length));
  });
  // A blank page answers nothing.
  problems.splice(0);
  await prepare?.(page);
  await page.goto(`${server.url}/loading.html`);
  return { page, problems, asked, [Symbol.asyncDispose]: () => page.close() };
}

const load = (page: Page, url: string, least = 1) =>
  page.evaluate(
    async (address, share) => {
      const controller = new AbortController();
      const options = {
        signal: controller.signal,
        onProgress: ({ done, total }: { done: number; total: number }) => {
          if (done / total >= share && done < total) controller.abort("as a reload would");
        },
      };
      const model = await library.DPT.fromPretrained(address, options).catch((reason: unknown) => String(reason));
      if (typeof model === "string") return model;
      model.dispose();
      return "loaded";
    },
    url,
    least,
  );

const list = (page: Page) =>
  page.evaluate(async () => (await library.models.list()).map(({ name, bytes, files }) => ({ name, bytes, files })));

test("a model that was cut off by a reload goes on where it was; the third time only its beginning is asked for", async () => {
  const url = `${server.url}/weights/dpt-small-camvid`;
  const first = await (async () => {
    await using page = await visit();
    expect(await load(page.page, url, 0.3)).toBe("as a reload would");
    return page.asked;
  })();
  await using second = await visit();
  expect(await load(second.page, url)).toBe("loaded");
  const head = "0-131071";
  const blocks = (asked: string[]) => asked.filter((range) => range !== head);
  expect(blocks(first).length).toBeGreaterThan(1);
  // Those that had come are not asked for again; of those on their way at the end some had not.
  const again = blocks(second.asked).filter((range) => first.includes(range));
  expect(again.length).toBeLessThanOrEqual(4);
  expect(blocks(first).length - again.length).toBeGreaterThan(0);
  expect(new Set(blocks(second.asked)).size).toBe(blocks(second.asked).length);
  await using third = await visit();
  expect(await load(third.page, url)).toBe("loaded");
  expect(third.asked).toEqual([head]);
  const [kept] = await list(third.page);
  expect(kept).toMatchObject({ name: url, files: ["config.json", "model.safetensors", "preprocessor_config.json"] });
  expect(await third.page.evaluate((name) => library.models.delete(name), url)).toBe(true);
  expect(await list(third.page)).toEqual([]);
  expect(third.problems).toEqual([]);
});

test("without a way to write to OPFS the Cache API keeps it", async () => {
  const url = `${server.url}/tiny`;
  const prepare = (page: Page) =>
    page.evaluateOnNewDocument(() => {
      Reflect.deleteProperty(FileSystemFileHandle.prototype, "createWritable");
    });
  const bytes = await (async () => {
    await using page = await visit({ prepare });
    expect(await load(page.page, url)).toBe("loaded");
    return (await list(page.page))[0]!.bytes;
  })();
  expect(bytes).toBeGreaterThan(2e6);
  await using again = await visit({ prepare });
  expect(await load(again.page, url)).toBe("loaded");
  expect(again.asked).toEqual(["0-131071"]);
  expect(await again.page.evaluate(() => caches.keys())).toEqual(["dpt-webgpu-models"]);
  expect(await again.page.evaluate((name) => library.models.delete(name), url)).toBe(true);
  expect(await list(again.page)).toEqual([]);
});

test("a folder dropped on the page is a model, in a worker too", async () => {
  await using visited = await visit();
  const { page } = visited;
  const dropped = page.evaluate(
    () =>
      new Promise<string[]>((resolve, reject) => {
        document.addEventListener("dragover", (event) => event.preventDefault());
        document.addEventListener("drop", (event) => {
          event.preventDefault();
          const data = event.dataTransfer!;
          const loads = [library.DPT.load(data), library.DPT.load(data, { worker: true }), remote.DPT.load(data)];
          Promise.all(loads).then((models) => resolve(models.flatMap(({ tasks }) => tasks)), reject);
        });
      }),
  );
  const client = await page.createCDPSession();
  const at = { x: 50, y: 50, data: { items: [], files: [folder], dragOperationsMask: 1 } };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await client.send("Input.dispatchDragEvent", { type, ...at });
  expect(await dropped).toEqual(["segmentation", "segmentation", "segmentation"]);
});

describe("a stream of frames", () => {
  test.each([
    ["video", undefined],
    ["track", 80],
  ] as const)("of a %s, on the page and in a worker, longest side %s", async (kind, most) => {
    await using visited = await visit();
    const frames = await visited.page.evaluate(
      async (address, what, longest) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [160, 120];
        const context = canvas.getContext("2d")!;
        let drawn = 0;
        const timer = setInterval(() => {
          context.fillStyle = `hsl(${drawn++ * 20} 90% 50%)`;
          context.fillRect(0, 0, 160, 120);
        }, 10);
        const stream = canvas.captureStream();
        const video = document.createElement("video");
        video.muted = true;
        video.srcObject = stream;
        if (what === "video") await video.play();
        // Another one tells what has come.
        const watch = Object.assign(document.createElement("video"), { muted: true, srcObject: stream });
        await watch.play();
        const frameComes = () => new Promise((resolve) => watch.requestVideoFrameCallback(resolve));
        const seen: { size: string; same: boolean; index: number; dropped: number; isPositive: boolean }[] = [];
        for (const worker of [false, true]) {
          const model = await library.DPT.load(address, { worker });
          await model.segment(testPicture());
          for await (const frame of model.stream(what === "video" ? video : stream, { smoothing: 0.01, longest })) {
            const { picture, segmentation, index, latency, fps, dropped } = frame;
            // So that some must be dropped, and the video shows another one.
            for (let n = 0; n < 4; n++) await frameComes();
            const { labels, width, height } = await model.segment(picture);
            const same = labels.join() === segmentation!.labels.join();
            seen.push({ size: `${width}x${height}`, same, index, dropped, isPositive: latency > 0 && fps > 0 });
            if (index === 2) break;
          }
          model.dispose();
        }
        clearInterval(timer);
        return seen;
      },
      `${server.url}/tiny`,
      kind,
      most,
    );
    expect(frames.map(({ index }) => index)).toEqual([0, 1, 2, 0, 1, 2]);
    const size = most ? "80x60" : "160x120";
    for (const frame of frames) expect(frame).toMatchObject({ size, same: true, isPositive: true });
    for (const last of [frames[2]!, frames[5]!]) expect(last.dropped).toBeGreaterThan(1);
    expect(visited.problems).toEqual([]);
  });
});
