import { afterAll, beforeAll, expect, test } from "vitest";
import { DemoPage } from "./demo-page.ts";
import { give } from "./give.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

declare global {
  /** The browser's own measure: of what moves, its share of the screen times how far. */
  var shifted: { readonly by: number; readonly what: string[] }[];
}

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly sources: readonly { readonly node: Node | null }[];
}

function watchShifts(): void {
  globalThis.shifted = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries() as LayoutShift[]) {
      const what = sources.map(({ node }) =>
        node instanceof Element ? `${node.localName}.${node.className}` : "text",
      );
      shifted.push({ by: value, what });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Where everything is that can be pressed, but for messages and for the rows of classes, which come with an answer. */
function places(visit: DemoPage): Promise<Record<string, string>> {
  return visit.page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>("button, select, input, summary, .inspector")];
    const controls = all.filter((each) => each.offsetParent && !each.closest(".messages, .classes"));
    return Object.fromEntries(
      controls.map((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        const name = each.id || each.ariaLabel || each.textContent || each.className;
        return [name, [x, y, width, height].map(Math.round).join(" ")];
      }),
    );
  });
}

/** Waits for one more answer to a film. */
async function untilOtherFigures({ page }: DemoPage): Promise<void> {
  const figures = await page.$eval(".playing .figures", ({ textContent }) => textContent);
  await page.waitForFunction(
    (old) => document.querySelector(".playing .figures")?.textContent !== old,
    { polling: "raf" },
    figures,
  );
}

/** How much Google counts as good; half of it. */
const MOST = 0.05;

test.each([
  ["a phone", { width: 360, height: 740, isMobile: true, hasTouch: true }],
  ["a desk", { width: 1280, height: 800 }],
])(
  "on %s nothing moves while the first answer comes, nor for a message, a film's figures and classes",
  async (_, size) => {
    await using visit = await DemoPage.open(demo.browser, "about:blank", watchShifts);
    const { page } = visit;
    await page.setViewport(size);
    await page.goto(`${demo.address}?model=${encodeURIComponent(demo.tiny.url)}`);
    await page.waitForSelector(".work:not([hidden])");
    const early = await places(visit);
    await visit.untilAnswered();
    await visit.until(".legend", /LABEL_\d/);
    const shifts = await page.evaluate(() => shifted);
    expect(
      shifts.reduce((sum, { by }) => sum + by, 0),
      JSON.stringify(shifts),
    ).toBeLessThan(MOST);

    // What is there at once stays, and stays for a message.
    expect(await places(visit)).toMatchObject(early);
    await give(visit, "drop", [{ name: "notes.txt", type: "text/plain", bytes: new Uint8Array(3) }]);
    await visit.until('[role="alert"]', /notes\.txt/);
    expect(await places(visit)).toMatchObject(early);

    await page.evaluate(() => {
      for (const button of document.querySelectorAll<HTMLElement>(".message .round")) button.click();
    });
    await visit.click("#camera");
    await visit.until(".playing", /[1-9]\d* ms behind/);
    const playing = await places(visit);
    for (let answers = 0; answers < 4; answers++) {
      await untilOtherFigures(visit);
      expect(await places(visit)).toEqual(playing);
    }
  },
);
