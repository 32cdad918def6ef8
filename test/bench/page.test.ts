import { describe, expect, test } from "vitest";
import { currentCommit } from "../../bench/current-commit.ts";
import { drivePage } from "../../bench/page/drive-page.ts";
import { formatQuery, type PageQuery, parseQuery } from "../../bench/page/page-query.ts";

describe("a query", () => {
  test.each<PageQuery>([
    { run: "kernels", models: ["dpt-large-ade"], size: 480, dtype: "f16", least: 0.05 },
    { run: undefined, models: ["a", "b"], size: undefined, dtype: "f32", least: undefined },
  ])("comes back as it was: %o", (query) => {
    expect(parseQuery(formatQuery(query), "otherwise")).toEqual(query);
  });

  test("has the model that is meant without one", () => {
    expect(parseQuery("?run=model", "a-model")).toMatchObject({ run: "model", models: ["a-model"], dtype: "f32" });
  });

  test.each([
    ["?run=peers", 'page address: want run to be one of ceilings, kernels, model, got "peers". Correct the address.'],
    ["?dtype=f8", 'page address: want dtype to be one of f32, f16, q8, q4, got "f8". Correct the address.'],
    ["?size=-3", 'page address: want size to be a number above 0, got "-3". Correct the address.'],
  ])("%s is an error", (text, message) => {
    expect(() => parseQuery(text, "a-model")).toThrow(message);
  });
});

/** The largest share of the smallest network: two or three products. */
const tiny = { run: "kernels", models: ["dpt-small-camvid"], size: 42, dtype: "f32", least: 0.15 } as const;

describe("the page in Chromium", () => {
  test("measures ceilings and kernels, and tells how far it is", async () => {
    const lines: string[] = [];
    const report = await drivePage(tiny, { software: true, onProgress: (line) => lines.push(line) });
    if (report.bench !== "kernels") throw new Error(`want a report of kernels, got one of ${report.bench}`);
    expect(report.models).toEqual([{ name: "dpt-small-camvid", size: 42 }]);
    expect(report.adapter).toMatch(/swiftshader/i);
    expect(report.commit).toBe(currentCommit());
    expect(report.ceilings.f32).toBeGreaterThan(0);
    expect(report.ceilings.bandwidth).toBeGreaterThan(0);
    expect(report.results.map(({ label }) => label)).toContain("matmul [10, 384]·[384, 1536] + bias + gelu");
    for (const { error, flops, seconds, bound } of report.results) {
      expect(error).toBeLessThan(1e-5);
      expect(flops / seconds).toBeGreaterThan(0);
      expect(bound).toBeLessThanOrEqual(report.ceilings.f32);
    }
    expect(lines).toContain("ceilings: copy");
  });

  test("says in a sentence what it cannot do", async () => {
    const half = drivePage({ ...tiny, dtype: "f16" }, { software: true });
    await expect(half).rejects.toThrow(/MachineError: dtype f16: want the feature shader-f16, got .* without it\./);
    const unknown = drivePage({ ...tiny, models: ["dpt-huge"] }, { software: true });
    await expect(unknown).rejects.toThrow(/UsageError: model: want one of .*, got "dpt-huge"/);
  });
});
