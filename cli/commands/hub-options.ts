import type { Command } from "commander";

/** Where models of the hub come from and go to. */
export interface HubCommandOptions {
  readonly revision?: string;
  readonly token?: string;
  readonly endpoint?: string;
  readonly offline?: boolean;
  readonly cacheDir?: string;
}

/** What a model may be. */
export const MODEL =
  "folder with config.json and weights, a .pt of isl-org/DPT, or a model of the hub as organisation/name[@revision]";

/** For every command that takes a model. */
export function addHubOptions(command: Command): Command {
  return command
    .option("--revision <name>", "of a model of the hub: branch, tag, commit or refs/pr/N (default: main)")
    .option("--token <token>", "for private and gated models (default: HF_TOKEN, or that of huggingface-cli login)")
    .option("--endpoint <url>", "the hub's address (default: HF_ENDPOINT, or https://huggingface.co)")
    .option("--offline", "use what is in the cache and never ask the hub; HF_HUB_OFFLINE=1 does the same")
    .option("--cache-dir <dir>", "where models are kept (default: as huggingface_hub: HF_HUB_CACHE, HF_HOME/hub)");
}
