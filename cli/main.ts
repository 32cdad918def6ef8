#!/usr/bin/env node
import { exitCodeOf } from "./exit-code-of.ts";
import { program } from "./program.ts";

// Exit, rather than die: leaving by the door removes half-written files (files/write-whole.ts).
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
// A reader such as `head` has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
