import { Option } from "commander";
import { parseMilliseconds } from "./parse-option.ts";

/** Tuning before a run, for every command that runs the network. */
export function tuneOption(): Option {
  return new Option(
    "--tune [ms]",
    "first time the ways to compute each kernel, for so long at most (default: 2000); later runs use what is found",
  )
    .preset("2000")
    .argParser(parseMilliseconds);
}
