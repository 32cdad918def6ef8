import { type Command, Option } from "commander";
import { examples } from "./examples.ts";
import { addHubOptions, type HubCommandOptions, MODEL } from "./hub-options.ts";
import { parseOutput } from "./parse-option.ts";

export interface QuantizeOptions extends HubCommandOptions {
  readonly output: string;
  readonly dtype: "q8" | "q4";
  readonly calibrate?: readonly string[];
  readonly software?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function quantizeCommand(program: Command): void {
  const command = program
    .command("quantize")
    .summary("write a model with weights of 8 or 4 bits")
    .description(
      "Writes a model folder whose weights are quantised: config.json and preprocessor_config.json as they are, and a " +
        "model.safetensors of about a quarter (q8) or a seventh (q4) of the size in f32. It gives the same answers as " +
        "the original loaded with --dtype q8 or q4, or better ones if calibrated, and is sooner downloaded. Only " +
        "dpt-webgpu reads it.",
    )
    .argument("<model>", MODEL)
    .requiredOption("-o, --output <dir>", "folder to write; made if missing", parseOutput)
    .addOption(new Option("--dtype <type>", "bits of a weight").choices(["q8", "q4"]).default("q8"))
    .option("--calibrate <photos...>", "q4 only: round by what the network sees in these, eight or more of its kind")
    .option("--force", "replace the files if there are some");
  addHubOptions(command)
    .option("--software", "calibrate on the software adapter even if there is a GPU")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "quantize dpt-large-ade -o dpt-large-ade-q8",
        "quantize dpt-large-ade -o dpt-large-ade-q4 --dtype q4 --calibrate photos/*.jpg",
      ),
    )
    .action(async (model: string, options: QuantizeOptions) =>
      (await import("../run/quantize.ts")).quantize(model, options),
    );
}
