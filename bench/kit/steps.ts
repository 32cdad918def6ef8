/** One command of the benchmark, with its words. */
export interface Step {
  readonly words: readonly string[];
  /** Of the time that is left when it begins, against those of the steps that follow. */
  readonly share: number;
}

const LARGE = ["--model", "dpt-large-ade", "--size", "480"];
const NODE_PEERS = ["--only", "ort-node-webgpu", "ort-node-cpu"];

/** What `bench readme` runs: all that the README's tables show. */
export const README_STEPS: readonly Step[] = [
  { words: ["model", "--save"], share: 1 },
  { words: ["kernels", "--size", "196", "--save"], share: 2 },
  { words: ["peers", "--model", "weights/depth-anything-v2-small", "--save"], share: 6 },
  { words: ["peers", "--save"], share: 6 },
  { words: ["report", "--save"], share: 1 },
];

/** What `bench all` runs: the likeliest to succeed first, since time may end. */
export const STEPS: readonly Step[] = [
  { words: ["model", "--dtype", "q4", "--save"], share: 1 },
  { words: ["model", ...LARGE, "--dtype", "f16", "--save"], share: 2 },
  { words: ["model", ...LARGE, "--dtype", "f32", "--save"], share: 2 },
  { words: ["kernels", ...LARGE, "--dtype", "f16", "--save"], share: 4 },
  { words: ["kernels", ...LARGE, "--dtype", "f32", "--save"], share: 4 },
  { words: ["peers", "--model", "depth-anything-v2-small", "--size", "518", ...NODE_PEERS, "--save"], share: 2 },
  { words: ["peers", ...LARGE, "--dtype", "f16", ...NODE_PEERS, "--save"], share: 4 },
  { words: ["peers", ...LARGE, "--dtype", "f32", ...NODE_PEERS, "--save"], share: 4 },
  { words: ["report", "-o", "bench/results/report.html"], share: 1 },
];
