import type { Command } from "commander";
import type { Precision } from "../../src/index.ts";
import { UsageError } from "../../src/runtime/errors.ts";
import { dtypeOption } from "./dtype-option.ts";
import { examples } from "./examples.ts";
import { addHubOptions, type HubCommandOptions } from "./hub-options.ts";
import { parseTolerance } from "./parse-option.ts";
import { tuneOption } from "./tune-option.ts";

export interface VerifyOptions extends HubCommandOptions {
  readonly hub?: readonly string[];
  readonly photo?: string;
  readonly golden?: string;
  readonly tolerance?: number;
  readonly dtype?: Precision;
  readonly explain?: boolean;
  readonly tune?: number;
  readonly paths?: readonly string[];
  readonly software?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(program: Command): void {
  const command = program
    .command("verify")
    .summary("check this machine's answers against PyTorch's")
    .description(
      "Runs the network of each case on its input and compares every stage with what PyTorch answers. A case is a folder " +
        "with config.json, weights, input.safetensors (pixel_values) and expected.safetensors (logits or " +
        "predicted_depth; also backbone.I and neck.I). Fails if any error is over the tolerance. " +
        "With --hub, models of the hub answer for the photo of transformers' tests, and the beginning of the answer is " +
        "compared with the numbers in those tests.",
    )
    .argument("[cases...]", "folders")
    .option("--hub <models...>", "models of the hub as organisation/name[@revision], or all that are known")
    .option("--photo <file|url>", "of --hub: the photo (default: COCO's 000000039769.jpg, downloaded once)")
    .option("--golden <file>", "of --hub: other models' numbers, in the format of cli/golden/hub-golden.json")
    .option(
      "--tolerance <number>",
      "largest error against the largest |expected| (default: 1e-4, f16: 5e-3); of --hub, largest error",
      parseTolerance,
    )
    .addOption(dtypeOption(["f32", "f16"]));
  addHubOptions(command)
    .option("--explain", "tell what is run, in what way and why, and what memory it takes")
    .addOption(tuneOption())
    .option(
      "--paths <kinds...>",
      'ways to compute to take where there are any, such as "workgroup tiles"; see --explain',
    )
    .option("--software", "use the software adapter even where there is a GPU")
    .option("--json", "print JSON, and no progress")
    .addHelpText(
      "after",
      examples(
        "verify test/fixtures/cases/*",
        "verify my-case --tolerance 1e-3 --json",
        "verify --hub Intel/dpt-large-ade",
      ),
    )
    .action(async (cases: string[], options: VerifyOptions) => {
      if (cases.length > 0 === (options.hub !== undefined)) {
        throw new UsageError(
          `verify: want cases or --hub, got ${options.hub ? "both" : "neither"}. Name folders, or models of the hub.`,
        );
      }
      if (options.hub) await (await import("../run/verify-hub.ts")).verifyHub(options.hub, options);
      else await (await import("../run/verify.ts")).verify(cases, options);
    });
}
