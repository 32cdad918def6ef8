import { Option } from "commander";
import type { WeightFormat } from "../../src/index.ts";

const MEANING: Readonly<Record<WeightFormat, string>> = {
  f32: "all in f32",
  f16: "all in f16",
  q8: "weights of 8 bits",
  q4: "weights of 4 bits",
};

/** How weights and activations are stored, for every command that runs the network. */
export function dtypeOption(choices: readonly WeightFormat[] = ["f32", "f16", "q8", "q4"]): Option {
  const listed = choices.map((dtype) => `${dtype}, ${MEANING[dtype]}`).join("; ");
  return new Option("--dtype <type>", `how numbers are stored: ${listed} (default: f32, or as quantised)`).choices(
    choices,
  );
}
