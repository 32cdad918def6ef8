import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
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

/** Lanes of a subgroup: as lavapipe has them by itself, or as many as a vector of the CPU may hold in its code. */
const WAYS = [
  { lanes: 8, vectorBits: 256, args: [] },
  // Its subgroup matrices take the driver down.
  { lanes: 16, vectorBits: 512, args: ["test/kernels/paths.test.ts", "--testNamePattern=subgroup swaps"] },
] as const;
type Way = (typeof WAYS)[number];

function runNode(args: readonly string[], { vectorBits }: Way, output: "pipe" | "ignore") {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    LAVAPIPE_NODE: NODE,
    LP_NATIVE_VECTOR_WIDTH: `${vectorBits}`,
    XDG_RUNTIME_DIR: tmpdir(),
  };
  // Of the vitest around this one.
  for (const name of Object.keys(env)) if (/^VITEST|^NODE_OPTIONS$/.test(name)) delete env[name];
  return spawn(NODE, args, { env, cwd: here("../.."), stdio: ["ignore", output, "inherit"] });
}

/** Runs suites of vitest.config.ts on Mesa's lavapipe. */
async function runThere(way: Way): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "dpt-webgpu-lavapipe-"));
  try {
    const file = join(folder, "report.json");
    const vitest = here("../../node_modules/vitest/vitest.mjs");
    const args = ["run", "--config", here("vitest.config.ts"), "--reporter=json", `--outputFile=${file}`, ...way.args];
    await once(runNode([vitest, ...args], way, "ignore"), "exit");
    return JSON.parse(await readFile(file, "utf8")) as Report;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Dawn on Mesa's software driver: f16, subgroups of 8 and of 16, and subgroup matrices, which SwiftShader has not. The suites that
 * run by path there are those of vitest.config.ts; each of their tests is one here.
 */
const title =
  "on lavapipe: want its Mesa, got none. Run, on Debian as root: test/lavapipe/install.sh test/lavapipe/mesa";
if (!existsSync(NODE)) {
  test.skip(title);
} else {
  describe.each(WAYS)("on lavapipe, subgroups of $lanes", async (way) => {
    const { testResults } = await runThere(way);
    test("are what the adapter has", async () => {
      const child = runNode(["--import", "tsx", here("subgroup-size.ts")], way, "pipe");
      expect(await text(child.stdout!)).toBe(`${way.lanes}\n`);
    });
    describe.each(testResults)("$name", ({ message, assertionResults }) => {
      const asked = assertionResults.filter(({ status }) => way.args.length === 0 || status !== "skipped");
      test("loads", () => {
        expect(message).toBe("");
        expect(asked.length).toBeGreaterThan(0);
      });
      test.each(asked)("$fullName", ({ status, failureMessages }) => {
        expect(failureMessages).toEqual([]);
        expect(status).toBe("passed");
      });
    });
  });
}
