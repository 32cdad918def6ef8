import type { Command } from "commander";
import type { WeightFormat } from "../../src/index.ts";
import { dtypeOption } from "./dtype-option.ts";
import { examples } from "./examples.ts";
import { addHubOptions, type HubCommandOptions, MODEL } from "./hub-options.ts";
import { parseOutput, parseText } from "./parse-option.ts";
import { tuneOption } from "./tune-option.ts";

export interface ForwardOptions extends HubCommandOptions {
  readonly input: string;
  readonly output: string;
  readonly stages?: boolean;
  readonly dtype?: WeightFormat;
  readonly explain?: boolean;
  readonly tune?: number;
  readonly software?: boolean;
  readonly json?: boolean;
}

export function forwardCommand(program: Command): void {
  const command = program
    .command("forward")
    .summary("run the network alone on prepared pixel values")
    .description(
      "Runs the network alone on the tensor pixel_values [N, 3, H, W] of a safetensors file, of any floating point type. " +
        "Writes logits [N, labels, H, W] or predicted_depth [N, H, W] in float32, laid out as in PyTorch.",
    )
    .argument("<model>", MODEL)
    .requiredOption("--input <file>", "safetensors file with pixel_values", parseText("--input"))
    .requiredOption("-o, --output <file>", "safetensors file to write", parseOutput)
    .option("--stages", "also write backbone.I (what the neck receives) and neck.I (the fused maps)");
  addHubOptions(command)
    .addOption(dtypeOption())
    .option("--explain", "tell what is run, in what way and why, and what memory it takes")
    .addOption(tuneOption())
    .option("--software", "use the software adapter even where there is a GPU")
    .option("--json", "print JSON, and no progress")
    .addHelpText("after", examples("forward dpt-large-ade --input x.safetensors --output y.safetensors --stages"))
    .action(async (model: string, options: ForwardOptions) =>
      (await import("../run/forward.ts")).forward(model, options),
    );
}
