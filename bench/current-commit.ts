import { execFileSync } from "node:child_process";

/** The commit that is checked out, and whether `src` has changed since. */
export function currentCommit(): string {
  const changed = git("status", "--porcelain", "src") !== "";
  return git("rev-parse", "--short", "HEAD") + (changed ? " with changes" : "");
}

function git(...words: string[]): string {
  return execFileSync("git", words, { encoding: "utf8" }).trim();
}
