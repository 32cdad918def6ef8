import { UsageError } from "./errors.ts";
import { quote } from "./quote.ts";

/** @throws UsageError unless an argument is what is wanted */
export function checkArgument(isRight: boolean, where: string, want: string, got: unknown, advice: string): void {
  if (isRight) return;
  throw new UsageError(
    `${where}: want ${want}, got ${typeof got === "function" ? "a function" : quote(got)}. ${advice}`,
  );
}
