import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { markdownFiles, ROOT } from "./markdown-files.ts";

const files = markdownFiles();
const scripts = Object.keys(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts);

/** A heading's anchor, as GitHub makes it. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe.each(files)("$path", ({ path, text }) => {
  test("leads to files and headings that are there", () => {
    const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link]) => link!);
    const dead = links.filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file ? join(ROOT, dirname(path), file) : join(ROOT, path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, "utf8")).includes(anchor);
    });
    expect(dead).toEqual([]);
  });

  test("names scripts that package.json has", () => {
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script]) => script!);
    expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
  });
});

test("the pages of the house are among them", () => {
  expect(files.map(({ path }) => relative(".", path))).toEqual(
    expect.arrayContaining(["README.md", "ARCHITECTURE.md", "docs/embedding.md", "src/kernels/README.md"]),
  );
});
