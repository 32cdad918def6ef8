import { UsageError } from "../../../src/index.ts";

/**
 * Stands in the kit for `bench/peers/page/page-place.ts`: a browser alone is larger than the kit may be.
 * @throws UsageError always
 */
export async function openPagePlace(): Promise<never> {
  throw new UsageError(
    "peers: want contestants of Node, got some of a page. The kit has no browser; add --only ort-node-webgpu ort-node-cpu.",
  );
}
