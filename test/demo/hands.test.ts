import { afterAll, beforeAll, expect, test } from "vitest";
import type { DemoPage } from "./demo-page.ts";
import { give } from "./give.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;
let visit: DemoPage;

beforeAll(async () => {
  demo = await startDemo();
  visit = await demo.openTiny();
  await visit.untilAnswered();
});

afterAll(() => demo?.stop());

const widthIs = (width: number, of = visit) =>
  of.page.waitForFunction((want) => document.querySelector<HTMLCanvasElement>(".result")?.width === want, {}, width);

/** What has the focus: its id, class or text, and whether a person sees that. */
function focused() {
  return visit.page.evaluate(() => {
    const { activeElement: element } = document;
    if (!(element instanceof HTMLElement) || element === document.body) return { name: "nothing", isSeen: false };
    // Fields that are not seen themselves have a label or words that show it.
    const shown = [element, element.parentElement!, element.nextElementSibling].filter((each) => each !== null);
    const hasRing = shown.some((each) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      const { width, height } = each.getBoundingClientRect();
      return outlineStyle === "solid" && Number.parseFloat(outlineWidth) >= 2 && width > 4 && height > 4;
    });
    const { top, bottom } = element.getBoundingClientRect();
    const name = element.id || element.dataset.sample || element.dataset.class || element.className || element.tagName;
    return { name, isSeen: hasRing && bottom > 0 && top < innerHeight };
  });
}

test("keys alone: everything in order and seen, dialogs left by Escape, and no focus lost", async () => {
  const { page } = visit;
  // Said to whoever does not see the picture.
  await visit.until("#spoken", /^Found LABEL_\d \d+ %, LABEL_\d \d+ %/);
  const order: string[] = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const { name, isSeen } = await focused();
    if (name === "nothing") break;
    expect({ name, isSeen }).toEqual({ name, isSeen: true });
    order.push(name);
  }
  expect(order.join(" ")).toMatch(
    /^skip .+ model dtype size compare theme .+ inspector opacity divider .+ camera street .+ cat search LABEL_\d .+ measure self-test SUMMARY A$/,
  );

  await page.focus("#model");
  await page.keyboard.type("Ano");
  await page.waitForSelector("dialog[open]");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("name");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { hidden: true });
  await page.waitForFunction(() => document.activeElement?.id === "model");
  expect(await page.$eval("#model", (select) => (select as HTMLSelectElement).value)).toBe(demo.tiny.url);

  await page.focus(".message .round");
  await page.keyboard.press("Enter");
  expect(await focused()).toEqual({ name: "stage", isSeen: true });
  await page.keyboard.press("Tab");
  expect((await focused()).name).toBe("inspector");
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector(".tip");
  await page.keyboard.press("Tab");
  expect((await focused()).name).toBe("opacity");
  expect(await page.$(".tip")).toBeNull();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => location.search.includes("opacity=66"));

  await page.focus("[data-class]");
  await page.keyboard.press("Enter");
  await page.waitForSelector('[data-class][aria-pressed="true"]');
  await page.focus(".legend .title button");
  await page.keyboard.press("Enter");
  expect(await focused()).toEqual({ name: "legend-title", isSeen: true });
  await page.focus("#search");
  await page.keyboard.type("label_5");
  expect(await visit.until('.legend [role="status"]', /./)).toMatch(/^1 of \d+ classes$/);
  await page.$eval("#search", (field) => {
    Object.assign(field, { value: "" });
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  expect(visit.problems).toEqual([]);
});

test("Back and Forward take steps back, a slider is none, and what the page changes by itself is no trap", async () => {
  await using other = await demo.openTiny("&task=depth");
  const { page } = other;
  await other.untilAnswered();
  const steps = () => page.evaluate(() => history.length);
  const first = await steps();
  // It knows segmentation alone.
  expect(await other.address()).not.toContain("task=depth");
  await page.focus("#opacity");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => location.search.includes("opacity=62"));
  expect(await steps()).toBe(first);

  await other.click('[data-sample="cat"]');
  await widthIs(451, other);
  await page.select("#dtype", "q8");
  await other.until(".machine", /Weights on the GPU[\d.]+ \w+, q8/);
  expect(await steps()).toBe(first + 2);
  await page.goBack();
  await other.until(".machine", /Weights on the GPU[\d.]+ \w+, f32/);
  expect(await page.$eval("#dtype", (select) => (select as HTMLSelectElement).value)).toBe("f32");
  await page.goBack();
  await widthIs(480, other);
  expect(await other.address()).not.toContain("cat");
  await page.goForward();
  await widthIs(451, other);
  expect(other.problems).toEqual([]);
});

test("the last thing that was asked for counts, and what cannot be taken is told", async () => {
  const { page } = visit;
  await visit.click("[data-class]");
  // A film that opens while a sample is chosen, and a class alone that the new picture may not have.
  await give(visit, "drop", [{ name: "broken.mp4", type: "video/mp4", bytes: new Uint8Array(9) }]);
  await visit.click('[data-sample="cat"]');
  await widthIs(451);
  expect(await visit.address()).not.toContain("only");
  expect(await visit.text('[role="alert"]')).toBe("");
  await page.evaluate(() => {
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = async function () {
      HTMLMediaElement.prototype.play = play;
      await new Promise((resolve) => Object.assign(globalThis, { playNow: resolve, late: this }));
      return play.call(this);
    };
  });
  await visit.click("#camera");
  await page.waitForFunction(() => "playNow" in globalThis);
  await visit.click('[data-sample="coffee"]');
  await widthIs(600);
  await page.evaluate(() => (globalThis as unknown as { playNow: () => void }).playNow());
  // It is let go of, since something else was taken.
  await page.waitForFunction(() => {
    const { srcObject } = (globalThis as unknown as { late: HTMLVideoElement }).late;
    return (srcObject as MediaStream).getTracks().every(({ readyState }) => readyState === "ended");
  });
  await visit.untilIdle();
  expect(await page.$(".playing")).toBeNull();
  expect(await visit.address()).toContain("sample=coffee");

  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData("text/uri-list", "https://example.org/a.jpg");
    document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer }));
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
  });
  expect(await visit.until('[role="alert"]', /drop/)).toMatch(/want a file, got none\. Save the picture/);
  await page.evaluate(() => {
    const real = globalThis.fetch;
    globalThis.fetch = async (...asked) => {
      globalThis.fetch = real;
      throw new TypeError(`no network for ${asked[0]}`);
    };
  });
  await visit.click('[data-sample="street"]');
  expect(await visit.until('[role="alert"]', /street/)).toMatch(/from this page's server, got .*Check the connection/);
  await visit.click('[data-sample="street"]');
  await widthIs(480);
  expect(await visit.text('[role="alert"]')).toBe("");
  expect(visit.problems).toEqual([]);
});

test("fingers on a phone: a tap tells and isolates, the divider follows, and nothing is wider than the screen", async () => {
  const { page } = visit;
  // Which loads it anew.
  await page.setViewport({ width: 390, height: 844, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await visit.untilAnswered();
  const boxOf = async (selector: string) => (await (await page.waitForSelector(selector))!.boundingBox())!;
  // What comes above the picture has come.
  await page.waitForSelector(".message");
  const picture = await boxOf(".frame");
  // Whole, and no strip of the stage is left around it.
  expect(picture.width / picture.height).toBeCloseTo(480 / 360, 1);
  expect((await boxOf(".stage")).height - picture.height).toBeLessThan(2);
  await page.touchscreen.tap(picture.x + 200, picture.y + 200);
  await page.waitForSelector('[data-class][aria-pressed="true"]');
  const told = await visit.until(".tip", /LABEL_\d, \d+ %/);
  expect(await visit.address()).toContain(`only=${/LABEL_\d/.exec(told)![0]}`);

  const knob = await boxOf(".knob");
  expect(knob.x).toBeGreaterThanOrEqual(picture.x);
  const [x, y] = [knob.x + knob.width / 2, knob.y + knob.height / 2];
  await page.touchscreen.touchStart(x, y);
  for (const share of [0.2, 0.5]) await page.touchscreen.touchMove(picture.x + share * picture.width, y);
  await page.touchscreen.touchEnd();
  await page.waitForFunction(() => location.search.includes("divider=50"));

  const sliders = await Promise.all(["#opacity", "#divider"].map(boxOf));
  for (const { x: left, width } of sliders) expect(left + width).toBeGreaterThan(370);
  expect(sliders[0]!.x).toBe(sliders[1]!.x);
  await visit.click("#measure");
  await page.waitForSelector("#kernels svg");
  await visit.click("#compare");
  await visit.until("#agreement", /the same/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await visit.screenshot("phone-compare");
  await visit.click("#compare");
  await page.waitForSelector(".panes.one");
});

test("on a desk the head is one line, two models or one", async () => {
  const { page } = visit;
  await page.setViewport({ width: 1280, height: 800 });
  await page.waitForSelector(".header");
  const height = () => page.$eval(".header", (header) => header.clientHeight);
  const alone = await height();
  await visit.click("#compare");
  await page.waitForSelector("#against");
  expect(await height()).toBe(alone);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280);
});
