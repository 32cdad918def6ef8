import { openGpu } from "../cli/adapter/open-gpu.ts";
import { Engine } from "../src/runtime/engine.ts";
import { Graph, type Tensor } from "../src/runtime/graph.ts";
import { conv2d } from "../src/kernels/conv2d.ts";
import { winograd } from "../src/model/winograd.ts";
import { packConv2d, packVector } from "../src/kernels/shared/pack.ts";
import { winogradFilters } from "../src/kernels/shared/winograd.ts";
import { randomNormal } from "../test/random.ts";
const { adapter } = await openGpu({ software: true });
const engine = await Engine.open({ adapter });
const cases = process.argv.slice(2).map((s) => s.split(",").map(Number));
for (const [H, K, N] of cases) {
  const x = randomNormal(H * H * K, 1), w = randomNormal(9 * K * N, 2), b = randomNormal(N, 3);
  const flops = 2 * H * H * 9 * K * N;
  const build = async (side: 0 | 2 | 4, repeats: number) => {
    const graph = new Graph();
    const weight = side ? packConv2d(winogradFilters(w, side), N, K, (side + 2) ** 2) : packConv2d(w, N, K, 9);
    const spec = (d: Float32Array, shape: number[]) => ({ shape, dtype: "f32" as const });
    const X = graph.input("x", { shape: [1, H, H, K], dtype: "f32" });
    const W = graph.input("w", { shape: [((side ? side + 2 : 3) ** 2) * Math.ceil(K/4)*4, Math.ceil(N/4)*4], dtype: "f32" });
    const B = graph.input("b", { shape: [Math.ceil(N/4)*4], dtype: "f32" });
    let y: Tensor;
    for (let i = 0; i < repeats; i++) {
      if (side === 0) y = graph.run(conv2d({ batch: 1, height: H, width: H, channelsIn: K, channelsOut: N, size: 3, stride: 1, padding: 1, relu: true, bias: "channel", activation: "relu", precision: "f32" }), X, W, B);
      else y = winograd(graph, { side, channelsOut: N, relu: true, bias: "channel", activation: "relu", precision: "f32" }, X, W, [B]);
    }
    graph.output("y", y!);
    const t0 = performance.now();
    const session = await engine.compile(graph);
    const compile = performance.now() - t0;
    const data = { x, w: weight, b: packVector(b) };
    return { run: async () => new Float32Array((await session.run(data)).outputs.get("y")!), dispose: () => session.dispose(), n: graph.dispatches.length, compile, session, data };
  };
  const rows: Record<number, number[]> = { 0: [], 2: [], 4: [] };
  const r = Math.min(200, Math.max(1, Math.ceil(1.2e9 / flops)));
  const S: any = {};
  let ref: Float32Array | undefined; const info: string[] = [];
  for (const side of [0, 2, 4] as const) {
    const one = await build(side, 1);
    const t0=performance.now(); const y = await one.run(); const firstRun=performance.now()-t0; one.dispose();
    if (side === 0) ref = y; else { let e = 0, m = 0; y.forEach((v, i) => { e = Math.max(e, Math.abs(v - ref![i]!)); m = Math.max(m, Math.abs(ref![i]!)); if (Number.isNaN(v)) e = NaN; }); info.push(`F${side} diff ${(e / m).toExponential(1)} ${one.n} disp`); }
    S[side] = [await build(side, r), await build(side, 2 * r)];
    await S[side][0].run();
  }
  for (let k = 0; k < 5; k++) for (const side of [0, 2, 4]) {
    const t = async (s: any) => { const t0 = performance.now(); await s.run(); return (performance.now() - t0) / 1e3; };
    const a = await t(S[side][0]); const bq = await t(S[side][1]);
    rows[side]!.push((bq - a) / r);
  }
  const med = (v: number[]) => v.sort((a, b) => a - b)[2]!;
  const g = (s: number) => flops / med(rows[s]!) / 1e9;
  console.log(`${H}² ${K}→${N}: direct ${(med(rows[0]!)*1e3).toFixed(1)} ms ${g(0).toFixed(2)} GF/s | F2 ${g(2).toFixed(2)} (${(g(2) / g(0)).toFixed(2)}×) | F4 ${g(4).toFixed(2)} (${(g(4) / g(0)).toFixed(2)}×) ${info.join(", ")}`);
  for (const s of [0, 2, 4]) for (const q of S[s]) q.dispose();
}
process.exit(0);
