import { Command } from "commander";
import { benchKernels } from "./kernels/bench-kernels.ts";

const program = new Command("bench").description("Measures dpt-webgpu; every result is checked before it is timed.");

program
  .command("kernels")
  .description("each kernel at a model's own shapes: time, GFLOP/s and GB/s")
  .option("--model <folder>", "folder with config.json and preprocessor_config.json", "weights/dpt-small-camvid")
  .option("--size <pixels>", "side of the network's square input; the model's own if left out", Number)
  .option("--software", "use the software adapter even if there is a real one", false)
  .option("--save", "write the result to bench/results and the table into README.md", false)
  .action(benchKernels);

await program.parseAsync();
