import { afterAll, expect, test } from "vitest";
import { launchFirefox } from "../browser/firefox.ts";
import { startDemo } from "./start-demo.ts";

const browser = await launchFirefox();

if (typeof browser === "string") {
  const notice = `the page in Firefox not driven: ${browser}`;
  console.warn(notice);
  test.skip(notice);
} else {
  const demo = await startDemo(browser);
  afterAll(() => demo.stop());

  test("a sample's classes in Firefox, and one of them alone", async () => {
    await using visit = await demo.openTiny();
    await visit.untilAnswered();
    const legend = await visit.until(".legend", /LABEL_\d/);
    const shares = [...legend.matchAll(/LABEL_\d([\d.]+) %/g)].map(([, share]) => Number(share));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
    expect(await visit.text(".machine")).toMatch(/llvmpipe|Weights on the GPU\d/);
    const opaque = await visit.pixelAt(0.5, 0.5);
    expect(opaque[3]).toBeGreaterThan(0);
    await visit.screenshot("firefox");
    expect(visit.problems).toEqual([]);
  });
}
