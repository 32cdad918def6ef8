import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The commit that is checked out in a folder, and whether its `src` has changed since; `undefined` without git, or if the
 * folder is not that of a clone: a package lies in repositories of others.
 */
export function commitOf(folder: string): string | undefined {
  if (!existsSync(join(folder, ".git"))) return undefined;
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "src") !== "";
    return git("rev-parse", "--short", "HEAD") + (changed ? " with changes" : "");
  } catch {
    return undefined;
  }
}
