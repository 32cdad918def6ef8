import { execFileSync } from "node:child_process";

/** The commit that is checked out, and whether `src` has changed since; "unknown" without git or outside of a clone. */
export function currentCommit(): string {
  try {
    const changed = git("status", "--porcelain", "src") !== "";
    return git("rev-parse", "--short", "HEAD") + (changed ? " with changes" : "");
  } catch {
    return "unknown";
  }
}

function git(...words: string[]): string {
  return execFileSync("git", words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
