import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { CASES } from "../../src/model/doctor/cases.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import type { Traits } from "../../src/runtime/graph/traits.ts";
import { TEXTS_DIGEST } from "../../src/runtime/paths/texts-digest.ts";
import { LEAST_TRAITS } from "../least-traits.ts";

const matrixOf = (componentType: string) => ({ M: 8, N: 8, K: 8, componentType, resultComponentType: "f32" });

/** A device that can all that any way wants, and one that can the least. */
const DEVICES: readonly Traits[] = [
  LEAST_TRAITS,
  {
    ...LEAST_TRAITS,
    f16: true,
    subgroups: true,
    subgroupSize: 32,
    subgroupMatrices: [matrixOf("f16"), matrixOf("f32")],
    workgroupBytes: 65536,
    invocations: 1024,
  },
];

test("what was measured of other texts does not count", async () => {
  const hash = createHash("sha256");
  for (const traits of DEVICES) {
    for (const precision of traits.f16 ? (["f32", "f16"] as const) : (["f32"] as const)) {
      for (const of of CASES.filter(({ precisions = [precision] }) =>
        (precisions as Precision[]).includes(precision),
      )) {
        for (const { name, stages } of await of.paths(precision, traits)) {
          hash.update(
            JSON.stringify([of.name, name, stages.map(({ kernel: { code, workgroups } }) => [code, workgroups])]),
          );
        }
      }
    }
  }
  // After a kernel has changed: write what came out into texts-digest.ts.
  expect(hash.digest("hex").slice(0, 16)).toBe(TEXTS_DIGEST);
});
