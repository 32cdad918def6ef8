import { afterAll, describe, expect, test } from "vitest";
import { checkCase, checkPhoto, openCases, PHOTOS, serveCases } from "./cases-page.ts";
import { launchFirefox } from "./firefox.ts";

/** One of each architecture; the others differ in ways that shaders do not see. */
const CASES = [
  "dpt-vit-seg",
  "depth-anything-v2",
  "dpt-hybrid-depth",
  "dpt-beit-depth",
  "dpt-swinv2-depth",
  "tipsv2-dpt",
];

const browser = await launchFirefox();

if (typeof browser === "string") {
  const notice = `Firefox suite not run: ${browser}`;
  console.warn(notice);
  test.skip(notice);
} else {
  const server = await serveCases();
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  describe("wgpu, as Firefox has it", () => {
    test.each(CASES)("%s, stage by stage", (name) => checkCase(browser, server, name));

    test("a photo's labels", () => checkPhoto(browser, server, PHOTOS[0]!));

    test("a folder that is no model is a FileError, by that name", async () => {
      await using cases = await openCases(browser, server);
      const error = await cases.page.evaluate((url) => globalThis.errorAt(url), `${server.url}/fixtures/nothing`);
      expect(error).toMatch(/^FileError: .*\/fixtures\/nothing: want a file "config\.json", got none\./);
    });
  });
}
