import { expect, test } from "vitest";
import { MachineError } from "../../src/runtime/errors.ts";
import { loadPart } from "../../src/runtime/load-part.ts";

test("a part that comes is itself", async () => {
  expect(await loadPart(Promise.resolve("part"))).toBe("part");
});

test("one that does not come is told as an error of the machine, with what to do", async () => {
  const cause = new TypeError("Failed to fetch dynamically imported module: https://example.org/part.js");
  const error = await loadPart(Promise.reject(cause)).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(MachineError);
  expect(error).toMatchObject({ cause, message: expect.stringMatching(/part\.js"\. .*reload the page\.$/) });
});
