import { UsageError } from "../../../src/index.ts";

/**
 * Stands in the kit for `bench/page/drive-page.ts`: a browser alone is larger than the kit may be.
 * @throws UsageError always
 */
export async function drivePage(): Promise<never> {
  throw new UsageError("--in: want node, got chromium. The kit has no browser; leave the option out.");
}
