import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { markdownFiles, ownFiles, ROOT } from "./own-files.ts";

const files = markdownFiles();
const sources = ownFiles(".ts", ".tsx", ".sh");
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

  test("names source files that are there", () => {
    const named = [...text.matchAll(/`([\w./-]+\.(?:tsx?|sh))`/g)].map(([, name]) => name!);
    const isThere = (name: string) =>
      name.includes("NAME") || sources.some((source) => `/${source}`.endsWith(`/${name}`));
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });

  test("names scripts that package.json has", () => {
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script]) => script!);
    expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
  });
});

test("src/kernels/README.md lists every file there", () => {
  const folder = join(ROOT, "src/kernels");
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const text = readFileSync(join(folder, "README.md"), "utf8");
  expect(sources.filter((name) => !text.includes(`\`${basename(name)}\``))).toEqual([]);
});

test("the pages of the house are among them", () => {
  expect(files.map(({ path }) => relative(".", path))).toEqual(
    expect.arrayContaining(["README.md", "ARCHITECTURE.md", "docs/embedding.md", "src/kernels/README.md"]),
  );
});
