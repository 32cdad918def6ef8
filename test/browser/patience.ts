import type { Browser, BrowserContext, Page } from "puppeteer";

/**
 * Milliseconds that a test waits for what has to come: an end for what never comes, on the slowest machine, and no measure of
 * anything. Less than the time of a whole test (vitest.config.ts), so that the wait that failed is named.
 */
export const PATIENCE_MS = 240_000;

/** A new page, on which every wait has that patience: puppeteer's own is 30 s, and a shader can take as long to compile. */
export async function newPage(from: Browser | BrowserContext): Promise<Page> {
  const page = await from.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}
