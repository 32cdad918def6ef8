import type { Command } from "commander";
import type { Precision } from "../../src/index.ts";
import { dtypeOption } from "./dtype-option.ts";
import { examples } from "./examples.ts";
import { parseTolerance } from "./parse-option.ts";
import { tuneOption } from "./tune-option.ts";

export interface VerifyOptions {
  readonly tolerance?: number;
  readonly dtype?: Precision;
  readonly explain?: boolean;
  readonly tune?: number;
  readonly paths?: readonly string[];
  readonly software?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(program: Command): void {
  program
    .command("verify")
    .summary("check this machine's answers against PyTorch's")
    .description(
      "Runs the network of each case on its input and compares every stage with what PyTorch answers. A case is a folder " +
        "with config.json, weights, input.safetensors (pixel_values) and expected.safetensors (logits or " +
        "predicted_depth; also backbone.I and neck.I). Fails if any error is over the tolerance.",
    )
    .argument("<cases...>", "folders")
    .option(
      "--tolerance <number>",
      "largest error against the largest |expected| (default: 1e-4, f16: 5e-3)",
      parseTolerance,
    )
    .addOption(dtypeOption(["f32", "f16"]))
    .option("--explain", "tell what is run, in what way and why, and what memory it takes")
    .addOption(tuneOption())
    .option(
      "--paths <kinds...>",
      'ways to compute to take where there are any, such as "workgroup tiles"; see --explain',
    )
    .option("--software", "use the software adapter even where there is a GPU")
    .option("--json", "print JSON, and no progress")
    .addHelpText("after", examples("verify test/fixtures/cases/*", "verify my-case --tolerance 1e-3 --json"))
    .action(async (cases: string[], options: VerifyOptions) =>
      (await import("../run/verify.ts")).verify(cases, options),
    );
}
