import { UsageError } from "../../../src/index.ts";

/**
 * Stands in the kit for `bench/peers/node/transformers.ts`: below it lies the same ONNX Runtime, which plays itself.
 * @throws UsageError always
 */
export async function open(): Promise<never> {
  throw new UsageError("transformers.js: not in the kit, to keep it small. ONNX Runtime, on which it stands, is.");
}
