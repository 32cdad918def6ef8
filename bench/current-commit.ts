import { commitOf } from "../cli/commit-of.ts";
import { packageRoot } from "../cli/package-root.ts";

/** The commit that is checked out, and whether `src` has changed since; "unknown" without git or outside of a clone. */
export function currentCommit(): string {
  return commitOf(packageRoot()) ?? "unknown";
}
