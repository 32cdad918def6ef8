import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer";
import { build } from "vite";
import { type ChromiumAdapter, launchChromium } from "../../test/browser/chromium.ts";
import { openPage } from "../../test/browser/open-page.ts";
import { serveBundle } from "../../test/browser/page-server.ts";
import { formatQuery, type PageQuery } from "./page-query.ts";
import type { PageReport } from "./run-bench.ts";

export interface DriveOptions {
  /** Whether to use the software adapter even if there is a real one. */
  readonly software: boolean;
  readonly onProgress?: (line: string) => void;
}

const POLL_MS = 250;

/**
 * Opens the page in Chromium, as a visitor would, and waits for its report.
 * @throws Error with the page's own words
 */
export async function drivePage(query: PageQuery, { software, onProgress }: DriveOptions): Promise<PageReport> {
  // Built, not served by vite: that one stops to bundle packages it meets, and reloads the page.
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  const server = await serveBundle((outDir) =>
    build({ configFile, logLevel: "error", build: { outDir, emptyOutDir: true } }),
  );
  const url = `${server.url}/`;
  let browser: Browser | undefined;
  try {
    browser = await launchWithAdapter(software ? "swiftshader" : "hardware", url, onProgress);
    const { page, problems } = await openPage(browser, url + formatQuery(query));
    return await untilDone(page, problems, onProgress);
  } finally {
    await browser?.close();
    await server.close();
  }
}

/** The software adapter takes the place of a real one that is not there. */
async function launchWithAdapter(
  wanted: ChromiumAdapter,
  url: string,
  onProgress: DriveOptions["onProgress"],
): Promise<Browser> {
  const browser = await launchChromium({ adapter: wanted });
  if (wanted === "swiftshader" || (await hasAdapter(browser, url))) return browser;
  await browser.close();
  onProgress?.("no hardware WebGPU adapter in Chromium: running on SwiftShader (software)");
  return launchChromium();
}

/** Asked on a page of the server: a blank one has no WebGPU. */
async function hasAdapter(browser: Browser, url: string): Promise<boolean> {
  const { page } = await openPage(browser, url);
  try {
    return await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
  } finally {
    await page.close();
  }
}

async function untilDone(page: Page, problems: string[], onProgress: DriveOptions["onProgress"]): Promise<PageReport> {
  for (let last = ""; ; ) {
    const state = await page.evaluate((): typeof benchState | undefined => globalThis.benchState);
    if (!state)
      throw new Error(["bench page: want its script to run, got none. Is a source broken?", ...problems].join("\n"));
    const { line, report, error } = state;
    if (report) return report;
    if (error) throw new Error([error, ...problems].join("\n"));
    if (line !== last) onProgress?.(line);
    last = line;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
