import { UsageError } from "../../runtime/errors.ts";

/** @throws UsageError for what is no number of pictures */
export function checkBatch(batch: number): void {
  if (Number.isInteger(batch) && batch >= 1) return;
  throw new UsageError(`batch: want a whole number of pictures from 1 up, got ${batch}. Try 4.`);
}
