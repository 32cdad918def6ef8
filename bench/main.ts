import { Command, InvalidArgumentError, Option } from "commander";
import { DptError } from "../src/index.ts";
import { benchKernels } from "./kernels/bench-kernels.ts";
import { benchPeers } from "./peers/bench-peers.ts";

const program = new Command("bench").description("Measures dpt-webgpu; every result is checked before it is timed.");

program
  .command("kernels")
  .description("each kernel at a model's own shapes: time, GFLOP/s and GB/s")
  .option("--model <folder>", "folder with config.json and preprocessor_config.json", "weights/dpt-small-camvid")
  .option("--size <pixels>", "side of the network's square input; the model's own if left out", Number)
  .option("--software", "use the software adapter even if there is a real one", false)
  .option("--save", "write the result to bench/results and the table into README.md", false)
  .action(benchKernels);

program
  .command("peers")
  .description("the same model at the same size in what people would use instead, in turn; answers compared first")
  .option("--model <folder>", "a model folder", "weights/dpt-small-camvid")
  .option("--size <pixels>", "side of the network's square input", wholeNumber, 196)
  .option("--runs <count>", "rounds, each a run of ours and of every peer", wholeNumber, 3)
  .option(
    "--only <names...>",
    "some of ort-node-webgpu, ort-node-cpu, transformers-js, ort-web-webgpu, ort-web-wasm, tfjs, jax-js",
  )
  .addOption(
    new Option("--attention <form>", "in the ONNX file: as PyTorch writes it, or ONNX Runtime's own operator")
      .choices(["plain", "fused"])
      .default("plain"),
  )
  .option("--software", "use the software adapter even if there is a real one", false)
  .option("--json", "print JSON instead of the table", false)
  .option("--save", "write the result to bench/results and the table into README.md", false)
  .action(benchPeers);

await program.parseAsync().catch((error: unknown) => {
  // What the caller can put right needs no stack.
  if (error instanceof DptError) program.error(error.message);
  throw error;
});

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Want a whole number from 1 up.");
  return value;
}
