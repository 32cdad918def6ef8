import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "puppeteer";
import { inject } from "vitest";
import { launchChromium } from "../browser/chromium.ts";
import { serveBundle } from "../browser/page-server.ts";
import { buildDemo, DemoPage } from "./demo-page.ts";

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What a camera is in this Chromium: a moving picture, and nobody who has to be asked. */
const CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

const TINY = "models/tiny";

export interface Demo {
  readonly browser: Browser;
  /** The page's address, below a path as on GitHub Pages. */
  readonly address: string;
  /** A model of seven classes that is loaded in no time: its address, and its folder here. */
  readonly tiny: { readonly url: string; readonly folder: string };
  /** @param before runs in the page before its own scripts */
  open(query: string, before?: () => void): Promise<DemoPage>;
  /** The same with the tiny model. @param query begins with & */
  openTiny(query?: string, before?: () => void): Promise<DemoPage>;
  /** Serves the same once more, at another address, until that is stopped: as if the network were gone then. */
  serve(): Promise<{ readonly address: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

/** Built once for all files of a worker of vitest. */
let built: Promise<string> | undefined;

async function buildAll(): Promise<string> {
  const folder = mkdtempSync(join(inject("scratchFolder"), "demo-"));
  await buildDemo(join(folder, "page"));
  const tiny = join(folder, TINY);
  mkdirSync(tiny, { recursive: true });
  for (const file of ["config.json", "model.safetensors"]) {
    cpSync(pathOf(`test/fixtures/cases/dpt-vit-seg/${file}`), join(tiny, file));
  }
  const processor = { image_processor_type: "DPTImageProcessor", size: { height: 64, width: 64 } };
  writeFileSync(join(tiny, "preprocessor_config.json"), JSON.stringify(processor));
  return folder;
}

/** The built page on a server, and a browser: Chromium unless one is given, which is closed with the rest. */
export async function startDemo(given?: Browser): Promise<Demo> {
  built ??= buildAll();
  const folder = await built;
  const serve = async () => {
    const server = await serveBundle(async () => {}, { some: folder });
    return { address: `${server.url}/some/page/`, url: server.url, stop: () => server.close() };
  };
  const { address, url, stop } = await serve();
  const browser = given ?? (await launchChromium({ flags: CAMERA }));
  const tiny = { url: `${url}/some/${TINY}`, folder: join(folder, TINY) };
  const open = (query: string, before?: () => void) => DemoPage.open(browser, address + query, before);
  return {
    browser,
    address,
    tiny,
    open,
    openTiny: (query = "", before) => open(`?model=${encodeURIComponent(tiny.url)}${query}`, before),
    serve,
    async stop() {
      await browser.close();
      await stop();
    },
  };
}
