import { describe, expect, test } from "vitest";
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
