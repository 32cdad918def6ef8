import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "./own-files.ts";

test("typedoc has nothing to say against the pages of the API: every export has a sentence, every link leads somewhere", async () => {
  // Links to sources want a remote, which not every checkout has.
  const typedoc = join(ROOT, "node_modules/typedoc/bin/typedoc");
  const run = promisify(execFile)(process.execPath, [typedoc, "--emit", "none", "--disableSources"], { cwd: ROOT });
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
  expect(`${stdout}${stderr}`.trim()).toBe("");
});
