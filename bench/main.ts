import { Command, InvalidArgumentError, Option } from "commander";
import { dtypeOption } from "../cli/commands/dtype-option.ts";
import { DptError } from "../src/index.ts";
import { benchHeap } from "./heap/bench-heap.ts";
import { benchKernels } from "./kernels/bench-kernels.ts";
import { BENCH_MODELS } from "./kernels/bench-models.ts";
import { runAll } from "./kit/run-all.ts";
import { benchModel } from "./model/bench-model.ts";
import { benchPeers } from "./peers/bench-peers.ts";
import type { ReportOptions } from "./report/bench-report.ts";
import { SEEDED_MODELS } from "./seeded/seeded-models.ts";

const SEEDED = Object.keys(SEEDED_MODELS).join(", ");

/**
 * On NVIDIA's Vulkan driver Dawn keeps f16 to itself, and subgroup matrices are an experiment of Chromium's: a browser's
 * user switches both on by flags, too.
 */
const TOGGLES = ["vulkan_enable_f16_on_nvidia", "allow_unsafe_apis"].join(",");

const program = new Command("bench")
  .description("Measures dpt-webgpu; every result is checked before it is timed.")
  .addOption(
    new Option("--toggles <names>", "Dawn's toggles in Node on a real adapter; a leading - disables")
      .env("DPT_WEBGPU_TOGGLES")
      .default(TOGGLES),
  )
  // By way of the environment, since contestants are processes of their own.
  .hook("preAction", () => {
    process.env.DPT_WEBGPU_TOGGLES = program.opts<{ toggles: string }>().toggles;
  });

program
  .command("kernels")
  .description("each kernel at a model's own shapes: time, GFLOP/s, GB/s and share of this adapter's ceilings")
  .option("--model <names...>", `${BENCH_MODELS.join(", ")}, or all of them; or model folders`, [BENCH_MODELS[0]!])
  .option("--size <pixels>", "side of the network's square input; the models' own if left out", wholeNumber)
  .addOption(new Option("--dtype <type>", "what kernels store").choices(["f32", "f16"]).default("f32"))
  .option("--least <percent>", "leaves out shapes with less of a model's operations and bytes", Number, 1)
  .addOption(new Option("--in <place>", "where it runs").choices(["node", "chromium"]).default("node"))
  .option("--software", "use the software adapter even if there is a real one", false)
  .option("--json", "print JSON instead of the table", false)
  .option("--save", "write the result to bench/results, and the README's tables from all that lies there", false)
  .action(benchKernels);

program
  .command("model")
  .description("a picture to its labels or depth, phase by phase, cold and warm")
  .option("--model <folder|name>", `a model folder, or seeded: ${SEEDED}`, "weights/dpt-small-camvid")
  .option("--size <pixels...>", "side of the network's square input (default: the model's own); several: growth", sizes)
  .option("--growth", "the same at several sizes: whether time grows as FLOPs do", false)
  .addOption(dtypeOption())
  .option("--runs <count>", "warm runs", wholeNumber, 5)
  .option("--picture <file>", "what the model is given", "examples/street.png")
  .option("--software", "use the software adapter even if there is a real one", false)
  .option("--json", "print JSON instead of tables", false)
  .option("--save", "write the result to bench/results, and the README's tables from all that lies there", false)
  .action(benchModel);

program
  .command("peers")
  .description("the same model at the same size in what people would use instead, in turn; answers compared first")
  .option("--model <folder|name>", `a model folder, or seeded: ${SEEDED}`, "weights/dpt-small-camvid")
  .option("--size <pixels>", "side of the network's square input", wholeNumber, 196)
  .addOption(new Option("--dtype <type>", "of weights and activations").choices(["f32", "f16"]).default("f32"))
  .option("--runs <count>", "rounds, each a run of ours and of every peer", wholeNumber, 3)
  .option(
    "--only <names...>",
    "some of ort-node-webgpu, ort-node-cpu, transformers-js, ort-web-webgpu, ort-web-wasm, litert, tfjs, jax-js",
  )
  .option("--tflite <file>", "the same model at the same size for LiteRT.js, by bench/peers/tflite/write_tflite.py")
  .addOption(
    new Option("--attention <form>", "in the ONNX file: as PyTorch writes it, or ONNX Runtime's own operator")
      .choices(["plain", "fused"])
      .default("plain"),
  )
  .option("--software", "use the software adapter even if there is a real one", false)
  .option("--json", "print JSON instead of the table", false)
  .option("--save", "write the result to bench/results, and the README's tables from all that lies there", false)
  .action(benchPeers);

program
  .command("heap")
  .description("the JS heap of a page in Chromium while a checkpoint loads over HTTP, and from what the browser keeps")
  .addOption(new Option("--model <name>", "seeded").choices(Object.keys(SEEDED_MODELS)).default("dpt-large-ade"))
  .addOption(dtypeOption())
  .option("--most <megabytes>", "fails if the heap grows larger", wholeNumber, 200)
  .option("--json", "print JSON instead of the table", false)
  .action(benchHeap);

program
  .command("report")
  .description("results as one page: the roofline, bars against peers, phases, tables; needs no network and no script")
  .argument("[files...]", "results of other benches (default: all of bench/results)")
  .option("-o, --output <file>", "the page", "report.html")
  .option("--save", "write a page for each adapter to bench/results, and all tables into README.md", false)
  .action(async (files: string[], options: ReportOptions) =>
    // Its libraries are for development alone.
    (await import("./report/bench-report.ts")).benchReport(files, options),
  );

program
  .command("all")
  .description("kernels, model and peers at DPT-Large's shapes, one after the other; what fails does not stop the rest")
  .option("--budget <seconds>", "for all together", wholeNumber, 540)
  .option("--software", "use the software adapter even if there is a real one", false)
  .action(runAll);

await program.parseAsync().catch((error: unknown) => {
  // What the caller can put right needs no stack.
  if (error instanceof DptError) program.error(error.message);
  throw error;
});

function sizes(text: string, before: readonly number[] = []): number[] {
  return [...before, wholeNumber(text)];
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Want a whole number from 1 up.");
  return value;
}
