import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "puppeteer";
import { build } from "vite";
import { artefactPath } from "../artefact-path.ts";

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
    const [context, url] = [this.page.browserContext(), this.page.url()];
    const again = await DemoPage.#openIn(context, url);
    await this.page.close();
    return again;
  }

  static async #openIn(context: BrowserContext, url: string, before?: () => void): Promise<DemoPage> {
    const page = await context.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    // Half a fade is no colour to be judged. Firefox has a preference for it instead (`launchFirefox`).
    const isFirefox = (await context.browser().version()).startsWith("firefox");
    if (!isFirefox) await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    const opened = new DemoPage(page);
    if (before) await page.evaluateOnNewDocument(before);
    await page.goto(url);
    return opened;
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
      { timeout: 60_000, polling: 50 },
      selector,
      pattern.source,
    );
    return (await found.jsonValue())!;
  }

  /** Waits for an answer over the picture and for nothing under way. */
  async untilAnswered(): Promise<void> {
    try {
      await this.page.waitForSelector(".result", { timeout: 60_000 });
    } catch (cause) {
      const seen = await this.page.$eval("body", ({ innerText }) => innerText.replace(/\s+/g, " "));
      throw new Error(`no answer; problems: ${this.problems.join("; ")}; the page: ${seen}`, { cause });
    }
    await this.page.waitForSelector(".work", { hidden: true, timeout: 60_000 });
    await this.untilPainted();
  }

  /** Waits until the painter has painted what is to be shown. */
  async untilPainted(): Promise<void> {
    await this.page.waitForSelector('canvas[data-ready="false"]', { hidden: true, timeout: 60_000 });
  }

  /** Moves the mouse to a point of the picture, given by shares of its width and height. */
  async pointAt(x: number, y: number): Promise<void> {
    await this.page.mouse.move(...(await this.#placeOf(x, y)));
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
      { timeout: 60_000, polling: 50 },
      shown,
    );
  }

  /** Waits until the picture stays the same for so many milliseconds, and gives it. @throws if it goes on changing */
  async untilStill(milliseconds = 500): Promise<string> {
    for (let tries = 0; tries < 5; tries++) {
      const before = await this.shown();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if ((await this.shown()) === before) return before;
    }
    throw new Error(`want a picture that stands still for ${milliseconds} ms, got one that goes on`);
  }

  /** Milliseconds in which a film that plays is answered several times, as this machine is now. */
  async severalAnswers(): Promise<number> {
    const told = await this.until(".playing", /[1-9]\d* ms behind/);
    // The first answer's takes in what is compiled for it.
    return Math.min(4000, 500 + 4 * Number(/([\d.]+) ms behind/.exec(told)![1]));
  }

  /** What a button downloads: its name and bytes. */
  async download(selector: string): Promise<{ name: string; bytes: Buffer }> {
    await this.page.evaluate(() => {
      const click = HTMLAnchorElement.prototype.click;
      HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
        const { download, href } = this;
        HTMLAnchorElement.prototype.click = click;
        fetch(href)
          .then((response) => response.blob())
          .then((blob) => {
            const reader = new FileReader();
            reader.onload = () => Object.assign(globalThis, { downloaded: { name: download, url: reader.result } });
            reader.readAsDataURL(blob);
          });
      };
    });
    await this.page.click(selector);
    const handle = await this.page.waitForFunction(
      () => (globalThis as unknown as { downloaded?: { name: string; url: string } }).downloaded,
    );
    const { name, url } = (await handle.jsonValue())!;
    await this.page.evaluate(() => Reflect.deleteProperty(globalThis, "downloaded"));
    return { name, bytes: Buffer.from(url.split(",")[1]!, "base64") };
  }

  /** How many bytes a button downloads; they stay in the page, where to read them would take its time. */
  async downloadedSize(selector: string): Promise<number> {
    await this.page.evaluate(() => {
      const make = URL.createObjectURL;
      URL.createObjectURL = (blob: Blob) => {
        URL.createObjectURL = make;
        Object.assign(globalThis, { downloaded: blob.size });
        return make(blob);
      };
    });
    await this.page.click(selector);
    const handle = await this.page.waitForFunction(() => (globalThis as { downloaded?: number }).downloaded);
    const size = await handle.jsonValue();
    await this.page.evaluate(() => Reflect.deleteProperty(globalThis, "downloaded"));
    return size!;
  }

  /** Drops files on the page, or pastes them. */
  async give(
    how: "drop" | "paste",
    files: readonly { readonly name: string; readonly type: string; readonly bytes: Uint8Array }[],
  ): Promise<void> {
    // As addresses, which the browser turns into bytes without a task of the page that is measured.
    const given = files.map(({ name, type, bytes }) => {
      return { name, type, url: `data:;base64,${Buffer.from(bytes).toString("base64")}` };
    });
    await this.page.evaluate(
      async (event, all) => {
        const transfer = new DataTransfer();
        for (const { name, type, url } of all) {
          const blob = await fetch(url).then((response) => response.blob());
          transfer.items.add(new File([blob], name, { type }));
        }
        const options = { bubbles: true, cancelable: true };
        document.body.dispatchEvent(
          event === "drop"
            ? new DragEvent("drop", { ...options, dataTransfer: transfer })
            : new ClipboardEvent("paste", { ...options, clipboardData: transfer }),
        );
      },
      how,
      given,
    );
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
