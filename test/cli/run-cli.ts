import { execFile } from "node:child_process";

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real command line in a process of its own, which must end by itself; variables of its environment may go first. */
export function runCli(...args: readonly (string | NodeJS.ProcessEnv)[]): Promise<CliResult> {
  const words = args.filter((arg) => typeof arg === "string");
  const { DEBUG: _, ...inherited } = process.env;
  const env = Object.assign(inherited, ...args.filter((arg) => typeof arg === "object"));
  return new Promise((resolve, reject) => {
    const node = ["--import", "tsx", "cli/main.ts", ...words];
    execFile(process.execPath, node, { env, timeout: 280_000, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
