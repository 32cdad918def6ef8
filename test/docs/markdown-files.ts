import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** A page of the repository that people read. */
export interface MarkdownFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** All of them: those that git knows, and those that it will once they are added. */
export function markdownFiles(): MarkdownFile[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
  const paths = execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}
