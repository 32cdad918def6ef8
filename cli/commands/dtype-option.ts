import { Option } from "commander";

/** How weights and activations are stored, for every command that runs the network. */
export function dtypeOption(): Option {
  return new Option("--dtype <type>", "store weights and activations in f32 or f16 (default: f32)").choices([
    "f32",
    "f16",
  ]);
}
