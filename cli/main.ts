#!/usr/bin/env node
import { missingPackages } from "./missing-packages.ts";
import { packageRoot } from "./package-root.ts";

// Exit, rather than die: leaving by the door removes half-written files (files/write-whole.ts).
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
// A reader such as `head` has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  const { program } = await import("./program.ts");
  await program().parseAsync();
} catch (error) {
  const missing = missingPackages(error, packageRoot());
  if (missing) console.error(`error: ${missing.message}`);
  // It knows Commander's errors, so it may be what is missing.
  process.exitCode = missing ? 1 : (await import("./exit-code-of.ts")).exitCodeOf(error);
}
