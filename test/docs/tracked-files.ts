import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** A page of the repository that people read. */
export interface MarkdownFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Files that git knows, and those that it will once they are added, of some patterns; from the repository's root. */
export function trackedFiles(...patterns: string[]): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", ...patterns];
  const paths = execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  return paths.filter((path) => existsSync(join(ROOT, path)));
}

/** All Markdown files. */
export function markdownFiles(): MarkdownFile[] {
  return trackedFiles("*.md").map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}
