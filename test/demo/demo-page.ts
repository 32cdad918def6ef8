import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "puppeteer";
import { build } from "vite";
import { artefactPath } from "../artefact-path.ts";
import { newPage, PATIENCE_MS } from "../browser/patience.ts";
import { watchWork } from "./watch-work.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Builds the page into a folder, as `npm run build:page` does. */
export async function buildDemo(outDir: string): Promise<void> {
  const configFile = fileURLToPath(new URL("../../demo/vite.config.ts", import.meta.url));
  await build({ configFile, logLevel: "error", build: { outDir, emptyOutDir: true } });
}

/** What a person does on the page and sees of it. */
export class DemoPage {
  readonly page: Page;
  /** Errors of scripts and of the console. */
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
  }

  /** @param before runs in the page before its own scripts */
  static async open(browser: Browser, url: string, before?: () => void): Promise<DemoPage> {
    return DemoPage.#openIn(await browser.createBrowserContext(), url, before);
  }

  /** The same address in a new tab, with what the browser has kept; this tab is closed. */
  async comeBack(): Promise<DemoPage> {
    const again = await DemoPage.#openIn(this.page.browserContext(), await this.address());
    await this.page.close();
    return again;
  }

  static async #openIn(context: BrowserContext, url: string, before?: () => void): Promise<DemoPage> {
    const page = await newPage(context);
    await page.setViewport({ width: 1280, height: 800 });
    // Half a fade is no colour to be judged. Firefox has a preference for it instead (`launchFirefox`).
    const isFirefox = (await context.browser().version()).startsWith("firefox");
    if (!isFirefox) await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    const opened = new DemoPage(page);
    for (const each of [watchWork, before]) if (each) await page.evaluateOnNewDocument(each);
    await page.goto(url);
    return opened;
  }

  /** Where the page is now; `page.url()` may be what it was a moment ago. */
  address(): Promise<string> {
    return this.page.evaluate(() => location.href);
  }

  /** Clicks on what a selector finds, once it is there, stands still and takes clicks. */
  async click(selector: string): Promise<void> {
    await this.page.locator(selector).click();
  }

  /** The text of an element. */
  text(selector: string): Promise<string> {
    return this.page.$eval(selector, (element) => element.textContent ?? "");
  }

  /** Waits until a selector finds something whose text has a pattern in it, and gives that text. */
  async until(selector: string, pattern: RegExp): Promise<string> {
    const found = await this.page.waitForFunction(
      (wanted: string, source: string) => {
        const texts = [...document.querySelectorAll(wanted)].map(({ textContent }) => textContent ?? "");
        return texts.find((text) => new RegExp(source).test(text));
      },
      { polling: 50 },
      selector,
      pattern.source,
    );
    return (await found.jsonValue())!;
  }

  /** Waits for an answer over the picture and for nothing under way. */
  async untilAnswered(): Promise<void> {
    try {
      await this.page.waitForSelector(".result");
    } catch (cause) {
      const seen = await this.page.$eval("body", ({ innerText }) => innerText.replace(/\s+/g, " "));
      throw new Error(`no answer; problems: ${this.problems.join("; ")}; the page: ${seen}`, { cause });
    }
    await this.page.waitForSelector(".work", { hidden: true });
    await this.untilPainted();
  }

  /** Waits until the painter has painted what is to be shown. */
  async untilPainted(): Promise<void> {
    await this.page.waitForSelector('canvas[data-ready="false"]', { hidden: true });
  }

  /** Points at a place of the picture, given by shares of its width and height, and waits for what is told there. */
  async tipAt(x: number, y: number, pattern: RegExp): Promise<string> {
    let told: string | undefined;
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
      // What comes above the picture moves it: then it is pointed at once more.
      await this.page.mouse.move(...(await this.#placeOf(x, y)));
      told = await this.page.evaluate(tipNear, x, y);
      if (told !== undefined && pattern.test(told)) return told;
    }
    throw new Error(`want ${pattern} told at ${x}, ${y} of the picture, got ${told}`);
  }

  /** Clicks there. */
  async clickAt(x: number, y: number): Promise<void> {
    await this.page.mouse.click(...(await this.#placeOf(x, y)));
  }

  async #placeOf(x: number, y: number): Promise<[number, number]> {
    const box = (await (await this.page.waitForSelector(".inspector"))!.boundingBox())!;
    return [box.x + x * box.width, box.y + y * box.height];
  }

  /**
   * Red, green, blue and opacity at a point of the picture, given by shares of its width and height: of the result, or of
   * another canvas.
   */
  async pixelAt(x: number, y: number, selector = ".result"): Promise<number[]> {
    await this.untilPainted();
    return this.page.$eval(
      selector,
      (canvas, [u, v]) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const context = new OffscreenCanvas(width, height).getContext("2d")!;
        context.drawImage(canvas as HTMLCanvasElement, 0, 0);
        return [...context.getImageData(Math.floor(u! * width), Math.floor(v! * height), 1, 1).data];
      },
      [x, y] as const,
    );
  }

  /** The picture's pixels, as a text to be compared. */
  shown(): Promise<string> {
    return this.page.$eval(".layer", (canvas) => (canvas as HTMLCanvasElement).toDataURL());
  }

  /** Waits until the picture is not what it was. */
  async untilOther(shown: string): Promise<void> {
    await this.page.waitForFunction(
      (old) => document.querySelector<HTMLCanvasElement>(".layer")?.toDataURL() !== old,
      { polling: 50 },
      shown,
    );
  }

  /** Waits until nothing is under way: no worker and no decoder owes an answer, and in five frames nothing new was asked. */
  async untilIdle(): Promise<void> {
    await this.page.evaluate(async () => {
      let known = -1;
      for (let still = 0; still < 5; ) {
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        still = asked.underWay.size === 0 && asked.count === known ? still + 1 : 0;
        known = asked.count;
      }
    });
  }

  /** The picture as it is when nothing is under way. */
  async shownWhenIdle(): Promise<string> {
    await this.untilIdle();
    return this.shown();
  }

  /** Rules of WCAG that the page breaks, with where. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe);
    return this.page.evaluate(async () => {
      const { run } = (globalThis as unknown as { axe: typeof import("axe-core") }).axe;
      const { violations } = await run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
  }

  /** Keeps a picture of the page for whoever wants to see it. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: artefactPath(`page-${name}.png`) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const context = this.page.browserContext();
    if (!context.closed) await context.close();
  }
}

/** What is told within two hundredths of a place of the picture; a frame from now if it is not told yet. */
async function tipNear(x: number, y: number): Promise<string | undefined> {
  await new Promise((resolve) => requestAnimationFrame(resolve));
  const pointer = document.querySelector<HTMLElement>(".pointer");
  if (!pointer) return undefined;
  const isNear = (share: string, want: number) => Math.abs(Number.parseFloat(share) - 100 * want) < 2;
  return isNear(pointer.style.left, x) && isNear(pointer.style.top, y) ? pointer.textContent! : undefined;
}
