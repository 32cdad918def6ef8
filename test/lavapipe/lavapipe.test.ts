import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const NODE = join(process.env.DPT_LAVAPIPE ?? here("mesa"), "node");

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs the suites of vitest.config.ts on Mesa's lavapipe. */
async function runThere(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "dpt-webgpu-lavapipe-"));
  try {
    const file = join(folder, "report.json");
    const args = ["run", "--config", here("vitest.config.ts"), "--reporter=json", `--outputFile=${file}`];
    const env = { ...process.env, LAVAPIPE_NODE: NODE, XDG_RUNTIME_DIR: tmpdir() };
    // Of the vitest around this one.
    for (const name of Object.keys(env)) if (/^VITEST|^NODE_OPTIONS$/.test(name)) delete env[name as keyof typeof env];
    const vitest = spawn(NODE, [here("../../node_modules/vitest/vitest.mjs"), ...args], {
      env,
      cwd: here("../.."),
      stdio: ["ignore", "ignore", "inherit"],
    });
    await once(vitest, "exit");
    return JSON.parse(await readFile(file, "utf8")) as Report;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Dawn on Mesa's software driver: f16, subgroups of 8 and subgroup matrices, which SwiftShader has not. The suites that
 * run by path there are those of vitest.config.ts; each of their tests is one here.
 */
const title =
  "on lavapipe: want its Mesa, got none. Run, on Debian as root: test/lavapipe/install.sh test/lavapipe/mesa";
if (!existsSync(NODE)) {
  test.skip(title);
} else {
  const { testResults } = await runThere();
  describe.each(testResults)("on lavapipe, $name", ({ message, assertionResults }) => {
    test("loads", () => {
      expect(message).toBe("");
      expect(assertionResults.length).toBeGreaterThan(0);
    });
    test.each(assertionResults)("$fullName", ({ status, failureMessages }) => {
      expect(failureMessages).toEqual([]);
      expect(status).toBe("passed");
    });
  });
}
