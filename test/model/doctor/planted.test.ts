import { expect, test } from "vitest";
import { ANSWERS } from "../../../src/model/doctor/answers.ts";
import { ATTENTION } from "../../../src/model/doctor/attention-cases.ts";
import { CASES } from "../../../src/model/doctor/cases.ts";
import type { DoctorCase } from "../../../src/model/doctor/doctor-case.ts";
import { examine } from "../../../src/model/doctor/examine.ts";
import { CONV, MATMUL } from "../../../src/model/doctor/product-cases.ts";
import type { Path } from "../../../src/runtime/graph/kernel.ts";
import { familyOf } from "../../../src/runtime/paths/switched-off.ts";
import { pathDevice } from "../../path-device.ts";
import { memoryStore } from "./memory-store.ts";

/** What is left out of a text: its last row, its last four columns, or the last four numbers of its sums. */
type Faults = Readonly<Record<"row" | "column" | "sum", (code: string) => string>>;

const product = (last: { readonly columns: number; readonly quads: number }): Faults => ({
  row: (code) => code.replace("m >= end ||", "m + 1u >= end ||"),
  column: (code) => code.replace(`n4 >= ${last.columns}u`, `n4 >= ${last.columns - 1}u`),
  sum: (code) =>
    code
      .replace("let v = vec4f(x[base + c]);", `let v = select(vec4f(x[base + c]), vec4f(), c == ${last.quads - 1}u);`)
      .replace("let v = f32(x[base + c][k]);", `let v = select(f32(x[base + c][k]), 0.0, c == ${last.quads - 1}u);`),
});

const { tokens, headSize } = ATTENTION;
const FAULTS: Readonly<Record<string, Faults>> = {
  matmul: product({ columns: MATMUL.channelsOut / 4, quads: MATMUL.channelsIn / 4 }),
  conv2d: product({ columns: CONV.channelsOut / 4, quads: CONV.channelsIn / 4 }),
  attention: {
    // The last token's key is that of the one before.
    row: (code) => code.replaceAll(`, ${tokens - 1}u)`, `, ${tokens - 2}u)`),
    column: (code) => code.replace("value: vec4f) {", `value: vec4f) { if (c == ${headSize / 4 - 1}u) { return; }`),
    sum: (code) =>
      code.replace("vec4f(qkv[base + c])", `select(vec4f(qkv[base + c]), vec4f(), c == ${headSize / 4 - 1}u)`),
  },
};

function plant({ name, stages: [first, ...others] }: Path, fault: keyof Faults, faults: Faults): Path {
  const kernel = { ...first!.kernel, code: faults[fault](first!.kernel.code) };
  // Else nothing is planted, and the test would only say that what is right is right.
  expect(kernel.code, `${name}, ${fault}`).not.toBe(first!.kernel.code);
  return { name: `${name} without its last ${fault}`, stages: [{ ...first!, kernel }, ...others] };
}

/** The shortest text of each kind of path. */
function oneOfEach(paths: readonly Path[]): Path[] {
  const byLength = paths.toSorted((a, b) => b.stages[0]!.kernel.code.length - a.stages[0]!.kernel.code.length);
  return [...new Map(byLength.map((path) => [`${familyOf(path)} ${path.stages.length}`, path])).values()];
}

test.each(Object.keys(FAULTS))(
  "what is wrong at an edge is found, in each kind of path: %s",
  async (name) => {
    const of = CASES.find((known) => known.name === name)!;
    let kinds: string[] = [];
    const planted: DoctorCase = {
      ...of,
      precisions: ["f32"],
      paths: async (precision, traits) => {
        const paths = oneOfEach(await of.paths(precision, traits));
        kinds = paths.map(({ name: path }) => path);
        const wrong = paths.flatMap((path) =>
          (["row", "column", "sum"] as const).map((fault) => plant(path, fault, FAULTS[name]!)),
        );
        return [...paths, ...wrong];
      },
    };
    const options = { device: await pathDevice(), tuningStore: memoryStore(), seconds: 250 };
    const { results } = await examine([planted], ANSWERS, options);
    expect(kinds.length).toBeGreaterThanOrEqual(3);
    const want = kinds.flatMap((path) => [
      [path, "right"],
      ...["row", "column", "sum"].map((fault) => [`${path} without its last ${fault}`, "wrong"]),
    ]);
    expect(results.map(({ path, status }) => [path, status]).sort()).toEqual(want.sort());
    // As far off as an index that is off by one, and not as sums in another order are.
    for (const { status, error, bound } of results) if (status === "wrong") expect(error).toBeGreaterThan(20 * bound);
  },
  300_000,
);
