import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "puppeteer";
import { launchChromium } from "../browser/chromium.ts";
import { serveBundle } from "../browser/page-server.ts";
import { buildDemo } from "./demo-page.ts";

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What a camera is in this Chromium: a moving picture, and nobody who has to be asked. */
const CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

export interface Demo {
  readonly browser: Browser;
  /** The page's address, below a path as on GitHub Pages. */
  readonly address: string;
  /** A model of seven classes that is loaded in no time: its address, and its folder here. */
  readonly tiny: { readonly url: string; readonly folder: string };
  /** Serves the same once more, at another address, until that is stopped: as if the network were gone then. */
  serve(): Promise<{ readonly address: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

/** The built page on a server, and a browser: Chromium unless one is given, which is closed with the rest. */
export async function startDemo(given?: Browser): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), "dpt-demo-"));
  await buildDemo(join(folder, "page"));
  const tiny = join(folder, "models/tiny");
  mkdirSync(tiny, { recursive: true });
  for (const file of ["config.json", "model.safetensors"]) {
    cpSync(pathOf(`test/fixtures/cases/dpt-vit-seg/${file}`), join(tiny, file));
  }
  const processor = { image_processor_type: "DPTImageProcessor", size: { height: 64, width: 64 } };
  writeFileSync(join(tiny, "preprocessor_config.json"), JSON.stringify(processor));
  const serve = async () => {
    const server = await serveBundle(async () => {}, { some: folder });
    return { address: `${server.url}/some/page/`, url: server.url, stop: () => server.close() };
  };
  const { address, url, stop } = await serve();
  const browser = given ?? (await launchChromium({ flags: CAMERA }));
  return {
    browser,
    address,
    tiny: { url: `${url}/some/models/tiny`, folder: tiny },
    serve,
    async stop() {
      await browser.close();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
