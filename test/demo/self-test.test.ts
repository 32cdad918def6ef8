import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

test("the self-test tells what is right on this adapter", async () => {
  await using visit = await demo.openTiny();
  await visit.untilAnswered();
  await visit.click("#self-test");
  const told = await visit.until(".machine .report", /ways to compute are right/);
  expect(told).toMatch(/adapter +.*swiftshader.*\(software\)/);
  expect(told).toMatch(/(what was tried is right|all well)/);
  expect(told).toMatch(/commit +\w+.*agent +Mozilla.*limit +maxBufferSize \d+.*matmul in f32, registers/s);
  // As a person who files a bug takes it away.
  await visit.page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => void document.body.setAttribute("data-copied", text);
  });
  const copied = async (button: string) => {
    await visit.page.evaluate((name) => {
      const buttons = [...document.querySelectorAll<HTMLButtonElement>(".report button")];
      buttons.find(({ textContent }) => textContent === name)!.click();
    }, button);
    await visit.until('.machine [role="status"]', /Copied\./);
    return visit.page.$eval("body", (body) => body.getAttribute("data-copied")!);
  };
  const text = await copied("Copy the report");
  expect(told).toContain(text);
  const report = JSON.parse(await copied("Copy it as JSON"));
  expect(report.results.length).toBeGreaterThan(70);
  expect(text).toContain(`date        ${report.date}\n`);
  expect(visit.problems).toEqual([]);
});
