import { describe, expect, test } from "vitest";
import { DPT, type ModelMethods, type RemoteDPT, UsageError } from "../src/index.ts";

describe("a model in a worker is refused", () => {
  test("where there are no workers of the web", async () => {
    const problem = await DPT.load("https://example.org/model", { worker: true }).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(UsageError);
    expect(String(problem)).toBe(
      "UsageError: worker: want the Worker of a browser, got none here. Leave the option out.",
    );
  });

  test("for what is no worker", async () => {
    const options = { worker: "worker.js" } as object as { worker: true };
    await expect(DPT.fromPretrained("some/model", options)).rejects.toThrow(
      /^worker: want true or false or a Worker, got "worker\.js"\./,
    );
  });

  test.each([
    ["device", {}],
    ["adapter", () => {}],
    ["tuningStore", {}],
    ["fetch", () => {}],
    ["cache", { files: () => {} }],
  ])("with an option that stays on the page: %s", async (name, value) => {
    const options = { worker: true, [name]: value } as { worker: true };
    const problem = await DPT.fromPretrained("some/model", options).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(UsageError);
    expect(String(problem)).toMatch(`UsageError: ${name}: want none for a model in a worker, got ${typeof value}. `);
  });
});

test("types tell where the model is, and what cannot go to a worker", () => {
  const adapter = {} as GPUAdapter;
  const isWanted = false as boolean;
  // Not called: this is for the compiler.
  const calls = [
    (): Promise<RemoteDPT> => DPT.load("m", { worker: true, device: "webgpu", dtype: "f16" }),
    (): Promise<RemoteDPT> => DPT.fromPretrained("m", { worker: {} as Worker, cache: false, token: "t" }),
    (): Promise<DPT> => DPT.load("m", { adapter }),
    (): Promise<ModelMethods> => DPT.load("m", { worker: isWanted }),
    // @ts-expect-error a model on the page
    (): Promise<RemoteDPT> => DPT.load("m"),
    // @ts-expect-error a model in a worker
    (): Promise<DPT> => DPT.load("m", { worker: true }),
    // @ts-expect-error an adapter stays
    () => DPT.load("m", { worker: true, adapter }),
    // @ts-expect-error and where it is found out only then
    () => DPT.load("m", { worker: isWanted, adapter }),
    // @ts-expect-error a device stays
    () => DPT.load("m", { worker: true, device: {} as GPUDevice }),
    // @ts-expect-error fetch stays
    () => DPT.fromPretrained("m", { worker: true, fetch }),
    // @ts-expect-error no address of a script
    () => DPT.load("m", { worker: "worker.js" }),
  ];
  expect(calls).toHaveLength(11);
});
