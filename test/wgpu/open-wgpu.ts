import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { Commands } from "./commands.ts";
import { decodeMessage, encodeMessage } from "./message.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Deno itself, without the package around it that picks one for each platform: the suite is for Linux. */
const DENO = here("node_modules/@deno/linux-x64-glibc/deno");

/** The engine in Deno. Its WebGPU is wgpu, whose compiler (naga) shares nothing with Dawn's (Tint). */
export interface Wgpu {
  /** Runs one of the commands there, after those called before; rejects with its error as a text. */
  call<Name extends keyof Commands>(
    command: Name,
    ...args: Parameters<Commands[Name]>
  ): Promise<Awaited<ReturnType<Commands[Name]>>>;
  close(): Promise<void>;
}

/** Starts it; a text instead says what this machine lacks for it. */
export async function openWgpu(): Promise<Wgpu | string> {
  if (!existsSync(DENO)) return "want Deno, got none. Run: npm ci --prefix test/wgpu";
  const wgpu = await start();
  const { adapter, features } = await wgpu.call("adapter");
  if (features.includes("shader-f16")) return wgpu;
  await wgpu.close();
  if (!adapter) return "want a WebGPU adapter in Deno, got none. Install a Vulkan driver (Debian: mesa-vulkan-drivers)";
  return `want shader-f16, got ${adapter} without it. Use another adapter`;
}

async function start(): Promise<Wgpu> {
  const folder = await mkdtemp(join(tmpdir(), "dpt-webgpu-wgpu-"));
  await bundle(folder);
  // Without a folder by this name the Vulkan loader complains.
  const env = { XDG_RUNTIME_DIR: tmpdir(), ...process.env, NO_COLOR: "1" };
  const args = ["run", "--unstable-webgpu", "--allow-all", "--no-config", join(folder, "program.js")];
  const deno = spawn(DENO, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(deno, "exit");
  // Whoever waits for an answer hears that there is none.
  deno.stdin.on("error", () => {});
  const answers = createInterface({ input: deno.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();

  async function ask(command: string, args: readonly unknown[]): Promise<unknown> {
    deno.stdin.write(`${encodeMessage({ command, args })}\n`);
    const { value: line, done } = await answers.next();
    if (done) throw new Error(`${command}: Deno has ended (exit code ${deno.exitCode})`);
    const { value, error } = decodeMessage(line) as { value: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return value;
  }

  return {
    call(command, ...args) {
      const answer = last.catch(() => {}).then(() => ask(command, args));
      last = answer;
      return answer as Promise<never>;
    },
    async close() {
      deno.stdin.end();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** As one file: Deno then looks for no package. */
async function bundle(outDir: string): Promise<void> {
  await build({
    root: here("."),
    configFile: false,
    logLevel: "warn",
    ssr: { noExternal: true },
    build: { ssr: here("program.ts"), outDir, emptyOutDir: true, target: "es2022", minify: false },
  });
}
