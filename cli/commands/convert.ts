import type { Command } from "commander";
import { examples } from "./examples.ts";
import { addHubOptions, type HubCommandOptions } from "./hub-options.ts";
import { parseOutput } from "./parse-option.ts";

export interface ConvertOptions extends HubCommandOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function convertCommand(program: Command): void {
  const command = program
    .command("convert")
    .summary("write safetensors from pytorch_model.bin or the paper's .pt")
    .description(
      "Writes model.safetensors from the pytorch_model.bin of a model folder, or from its shards: the same tensors, bit by " +
        "bit. From a .pt of isl-org/DPT the tensors get the names of transformers, and config.json and " +
        "preprocessor_config.json are written beside them. Nothing of the file is executed, and tensors stream one at a time.",
    )
    .argument(
      "<model>",
      "folder with pytorch_model.bin or a .pt, the .pt itself, or a model of the hub as organisation/name[@revision]",
    )
    .option("-o, --output <file>", "file to write (default: model.safetensors in the folder)", parseOutput)
    .option("--force", "replace the file if there is one");
  addHubOptions(command)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples("convert dpt-large-ade", "convert dpt_large-ade20k-b12dca68.pt -o dpt-large-ade20k/model.safetensors"),
    )
    .action(async (folder: string, options: ConvertOptions) =>
      (await import("../run/convert.ts")).convert(folder, options),
    );
}
