import { fileURLToPath } from "node:url";
import type { Page } from "puppeteer";
import { build } from "vite";
import type { ModelFiles } from "../../src/runtime/sources/byte-source.ts";
import { launchChromium } from "../../test/browser/chromium.ts";
import { openPage } from "../../test/browser/open-page.ts";
import { serveBundle } from "../../test/browser/page-server.ts";
import type { HeapLoad } from "./page.ts";
import { serveFiles } from "./serve-files.ts";

const SAMPLE_MS = 20;

export interface HeapReport {
  /** Largest JS heap of the page and of its workers together, with the memory of all arrays, in bytes. */
  readonly heap: number;
  /** Of that, what was there before. */
  readonly before: number;
  readonly samples: number;
  readonly milliseconds: number;
  /** Bytes of the file that went over the line. */
  readonly sent: number;
  /** Bytes on the GPU. */
  readonly weights: number;
  /** Bytes that the browser keeps. */
  readonly kept: number;
}

/**
 * Loads a model folder over HTTP in Chromium, as a page would, and watches the JS heap meanwhile; once for each of the
 * loads, the browser keeping between them what it is told to keep.
 * @throws Error with the page's own words
 */
export async function runHeap(files: ModelFiles, loads: readonly Omit<HeapLoad, "url">[]): Promise<HeapReport[]> {
  const root = fileURLToPath(new URL(".", import.meta.url));
  const pages = await serveBundle((outDir) =>
    build({ root, configFile: false, logLevel: "error", build: { outDir, emptyOutDir: true, target: "es2022" } }),
  );
  const server = await serveFiles(files);
  const browser = await launchChromium();
  const reports: HeapReport[] = [];
  try {
    for (const load of loads) {
      // Each in a page of its own, as after a reload.
      const { page, problems } = await openPage(browser, `${pages.url}/index.html`);
      const begun = performance.now();
      const sent = server.sent();
      const watch = watchHeap(page);
      const loaded = page.evaluate((options) => globalThis.loadModel(options), { ...load, url: server.url });
      const answer = await loaded.finally(watch.stop).catch((error: unknown) => {
        throw new Error([String(error), ...problems].join("\n"));
      });
      const milliseconds = performance.now() - begun;
      reports.push({ ...(await watch.heap), ...answer, milliseconds, sent: server.sent() - sent });
      await page.close();
    }
    return reports;
  } finally {
    await browser.close();
    await server.close();
    await pages.close();
  }
}

/** The largest sum of the heaps of a page and its workers, until it is stopped. */
function watchHeap(page: Page) {
  let isOver = false;
  const watch = async () => {
    const report = { heap: 0, before: 0, samples: 0 };
    while (!isOver) {
      const clients = [await pageClient, ...page.workers().map(({ client }) => client)];
      const sizes = await Promise.all(clients.map((client) => heapOf(client).catch(() => 0)));
      const heap = sizes.reduce((sum, size) => sum + size, 0);
      if (report.samples++ === 0) report.before = heap;
      report.heap = Math.max(report.heap, heap);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
    return report;
  };
  const pageClient = page.createCDPSession();
  const stop = () => {
    isOver = true;
  };
  return { heap: watch(), stop };
}

type Client = Awaited<ReturnType<Page["createCDPSession"]>>;

/** Objects, and the memory of array buffers, which V8 counts apart. */
async function heapOf(client: Client): Promise<number> {
  const { usedSize, ...rest } = await client.send("Runtime.getHeapUsage");
  const { backingStorageSize, embedderHeapUsedSize } = rest as Record<string, number>;
  return usedSize + backingStorageSize! + embedderHeapUsedSize!;
}
