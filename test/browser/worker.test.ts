import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { LONG_MS, watchMainTasks } from "./main-tasks.ts";
import { openPage } from "./open-page.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import { tinyFolder } from "./tiny-folder.ts";

const folderOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** Scripts of the page's own site and nothing else: no eval, no WASM, no blob as a script. */
const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src 'self' data:";
const TINY = "tiny";

let folder: string;
/** The worker's script as the package has it. */
let packaged: string;
let server: PageServer;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  folder = await tinyFolder();
  packaged = await mkdtemp(join(tmpdir(), "dpt-worker-script-"));
  const [root, configFile] = [folderOf(""), folderOf("vite.worker.config.ts")];
  await build({ root, configFile, logLevel: "warn", build: { outDir: packaged } });
  const folders = { tiny: folder, packaged, weights: folderOf("weights") };
  server = await startPageServer(folders, { "Content-Security-Policy": POLICY });
  browser = await launchChromium();
  ({ page, problems } = await openPage(browser, `${server.url}/loading.html`));
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  for (const each of [folder, packaged]) await rm(each, { recursive: true });
});

test("no task of the page takes 50 ms while a model loads and runs in a worker", async () => {
  const seen = await watchMainTasks(browser);
  const report = await page.evaluate(async () => {
    const phases = new Set<string>();
    const model = await remote.DPT.load("weights/dpt-small-camvid", { onProgress: ({ phase }) => phases.add(phase) });
    const before = model.memory;
    const { labels, classes, timing } = await model.segment(testPicture(), { size: { width: 98, height: 98 } });
    const { memory } = model;
    model.dispose();
    return {
      phases: [...phases],
      labels: labels.length,
      classes: classes.length,
      run: timing.run,
      tasks: model.tasks,
      memory: [before.activations === 0, memory.activations > 0, memory.weights > 1e8],
    };
  });
  expect(await seen(LONG_MS)).toEqual([]);
  expect(report).toMatchObject({
    phases: ["load", "compile"],
    labels: 160 * 120,
    classes: 11,
    tasks: ["segmentation"],
    memory: [true, true, true],
  });
  expect(report.run).toBeGreaterThan(0);
  expect(problems).toEqual([]);

  // A watch that sees nothing would not see a long task either.
  const seenOfControl = await watchMainTasks(browser);
  // Turns are counted and no time: a thread that waits for a core would end sooner.
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          let sum = 0;
          for (let i = 0; i < 3e8; i++) sum += i % 7;
          resolve(sum);
        });
      }),
  );
  expect(await seenOfControl(LONG_MS)).toHaveLength(1);
});

test("the option of the page's DPT gives a model in a worker, of the files that were given when it was called", async () => {
  const report = await page.evaluate(async (url) => {
    const names = ["config.json", "preprocessor_config.json", "model.safetensors"];
    const files = await Promise.all(
      names.map(async (name) => new File([await (await fetch(`${url}/${name}`)).blob()], name)),
    );
    const loading = library.DPT.load(files, { worker: true });
    // As an input's list does when other files are picked.
    files.length = 0;
    const models = [
      await loading,
      await library.DPT.fromPretrained(`./${url}`, { worker: true, cache: false, device: "webgpu" }),
      await library.DPT.load(url, { worker: false }),
    ];
    for (const model of models) model.dispose();
    return models.map((model) => [model.tasks[0], model instanceof library.DPT, model instanceof remote.DPT]);
  }, TINY);
  expect(report).toEqual([
    ["segmentation", false, true],
    ["segmentation", false, true],
    ["segmentation", true, false],
  ]);
});

test("the package's script is one file", async () => {
  expect((await readdir(packaged)).sort()).toEqual([
    "worker-script.js",
    "worker-script.js.map",
    "worker-script.licenses.md",
  ]);
  const text = await readFile(join(packaged, "worker-script.js"), "utf8");
  expect(
    text.match(/\bimport\s*\(?\s*["'`{*].{0,20}|\bexport\b|\bimport\.meta|\beval\(|new Function|WebAssembly/g),
  ).toBeNull();
});

describe("errors and aborts are those of a model on the page", () => {
  test("a folder that is no model", async () => {
    const error = await page.evaluate(async () => {
      const problem = await remote.DPT.load("tiny/nothing").catch((e: unknown) => e);
      return { isFileError: problem instanceof library.FileError, text: String(problem) };
    });
    expect(error.text).toMatch(/^FileError: http:.*\/tiny\/nothing: want a file "config\.json", got none\./);
    expect(error.isFileError).toBe(true);
  });

  test("wrong use: of a method, of an option that stays on the page, after dispose", async () => {
    const errors = await page.evaluate(async (url) => {
      const model = await remote.DPT.load(url);
      const problems: unknown[] = [];
      const note = (error: unknown) => problems.push(error);
      await model.depth(testPicture()).catch(note);
      await remote.DPT.load(url, { device: {} } as object).catch(note);
      await model.segment(testPicture(), { output: "texture" } as object).catch(note);
      await model.segment(new Image(10, 10)).catch(note);
      // So large that it cannot be over in no time.
      const running = model.segment(testPicture(), { size: { width: 512, height: 512 } }).catch(note);
      await new Promise((resolve) => setTimeout(resolve));
      model.dispose();
      await running;
      await model.segment(testPicture()).catch(note);
      return problems.map((problem) => [problem instanceof library.UsageError, String(problem)]);
    }, TINY);
    expect(errors).toEqual([
      [true, expect.stringMatching(/^UsageError: depth: /)],
      [true, expect.stringMatching(/^UsageError: device: want none for a model in a worker, got object\./)],
      [true, expect.stringMatching(/^UsageError: output: want none for a model in a worker, got string\./)],
      [true, "UsageError: picture: want at least 1x1 pixels, got 0x0. Give one that has loaded, and is not closed."],
      [true, "UsageError: model: want a model in use, got one disposed. Load it again."],
      [true, "UsageError: model: want a model in use, got one disposed. Load it again."],
    ]);
  });

  test("an abort rejects with the signal's own reason, of loading and of a call", async () => {
    const reasons = await page.evaluate(async (url) => {
      const reason = { changed: "my mind" };
      const loading = new AbortController();
      const onProgress = () => loading.abort(reason);
      const first = await remote.DPT.load(url, { signal: loading.signal, onProgress }).catch((e: unknown) => e);
      const model = await remote.DPT.load(url);
      const calling = new AbortController();
      const call = model.segment(testPicture(), { signal: calling.signal }).catch((e: unknown) => e);
      setTimeout(() => calling.abort(reason));
      const second = await call;
      const third = (await model.segment(testPicture())).labels.length;
      model.dispose();
      return [first === reason, second === reason, third];
    }, TINY);
    expect(reasons).toEqual([true, true, 160 * 120]);
  });

  test("a script that is not there", async () => {
    const text = await page.evaluate(async (url) => {
      const worker = new Worker("/no-such-script.js", { type: "module" });
      return String(await remote.DPT.load(url, { worker }).catch((e: unknown) => e));
    }, TINY);
    expect(text).toMatch(
      /^MachineError: worker: want its script to run, got .* \(worker-src\), or give a Worker of your own: /,
    );
  });
});

test("all that a page has goes to the worker: files, file systems, functions; images, bitmaps, frames, canvases", async () => {
  const report = await page.evaluate(async (url) => {
    const names = ["config.json", "preprocessor_config.json", "model.safetensors"];
    const blobs = await Promise.all(names.map(async (name) => (await fetch(`${url}/${name}`)).blob()));
    const files = names.map((name, i) => new File([blobs[i]!], name));
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("picked", { create: true });
    for (const file of files) {
      const writable = await (await folder.getFileHandle(file.name, { create: true })).createWritable();
      await writable.write(file);
      await writable.close();
    }
    const raw = testPicture();
    const canvas = new OffscreenCanvas(raw.width, raw.height);
    canvas.getContext("2d")!.putImageData(raw, 0, 0);
    const image = new Image();
    image.src = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      canvas.convertToBlob().then((blob) => reader.readAsDataURL(blob));
    });
    await image.decode();
    const bitmap = await createImageBitmap(raw);
    const frame = new VideoFrame(bitmap, { timestamp: 0 });
    const sources: Parameters<typeof remote.DPT.load>[0][] = [
      files,
      folder,
      library.filesFromUrl(url),
      new URL(url, location.href),
    ];
    const here = await library.DPT.load(url);
    const want = (await here.segment(raw)).labels.join("");
    here.dispose();
    const loaded: string[] = [];
    let same: boolean[] = [];
    let drawn = 0;
    for (const source of sources) {
      const isLast = source === sources.at(-1);
      // Once of the script as the package has it, which is to answer as this one.
      const worker = isLast ? new Worker("/packaged/worker-script.js", { type: "module" }) : true;
      const model = await library.DPT.load(source, { worker });
      loaded.push(...model.tasks);
      if (isLast) {
        const answers = await model.segment(
          [raw, image, bitmap, frame, canvas, bitmap, frame, await canvas.convertToBlob()],
          {
            batch: 1,
          },
        );
        same = answers.map(({ labels }) => labels.join("") === want);
        drawn = answers[0]!.toImageData().width;
      }
      model.dispose();
    }
    frame.close();
    return { loaded, same, drawn, distinct: new Set(want).size };
  }, TINY);
  expect(report.loaded).toEqual(Array(4).fill("segmentation"));
  expect(report.same).toEqual(Array(8).fill(true));
  expect(report.drawn).toBe(160);
  expect(report.distinct).toBeGreaterThan(1);
  expect(problems.filter((problem) => !problem.includes("404"))).toEqual([]);
});
