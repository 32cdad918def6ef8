import type { Browser, Page } from "puppeteer";
import { newPage } from "./patience.ts";

export interface OpenedPage {
  page: Page;
  /** What went wrong so far: uncaught errors, and errors and warnings on the console (WebGPU's among them). */
  problems: string[];
}

/** Opens a page and waits until its scripts have run. */
export async function openPage(browser: Browser, url: string): Promise<OpenedPage> {
  const page = await newPage(browser);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) problems.push(message.text());
  });
  const response = await page.goto(url);
  if (!response?.ok()) problems.push(`${url}: ${response?.status()}`);
  return { page, problems };
}
