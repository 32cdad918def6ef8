import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openGpu } from "../../../cli/adapter/open-gpu.ts";
import { unpack } from "../../../cli/adapter/unpack.ts";
import { describeAdapter } from "../../../src/runtime/device/device.ts";
import type { Contestant, NetworkTask } from "../contestant.ts";
import type { Reply, Request } from "./messages.ts";

/** Where contestants run in Node: a process each, since each brings a Dawn of its own. */
export interface NodePlace {
  readonly adapter: string;
  start(name: string, task: NetworkTask): Promise<Contestant>;
  close(): void;
}

/** Finds out which adapter there is, and the environment in which everyone's Dawn finds the same one. */
export async function openNodePlace({ software: wanted }: { readonly software: boolean }): Promise<NodePlace> {
  const { adapter } = await openGpu({ software: wanted });
  const name = describeAdapter(adapter);
  const env = { ...process.env, ...(/swiftshader/i.test(name) && (await swiftShaderEnvironment())) };
  const children: ChildProcess[] = [];
  return {
    adapter: name,
    async start(contestant, task) {
      // What libraries print is no part of the answer.
      const stdio = ["ignore", process.stderr, process.stderr, "ipc"] as const;
      const script = fileURLToPath(new URL("child.ts", import.meta.url));
      const child = fork(script, { env, serialization: "advanced", stdio: [...stdio] });
      children.push(child);
      const reply = await ask(child, { open: contestant, task });
      if (!("started" in reply)) throw new Error(`${contestant}: want a start, got none.`);
      return {
        ...reply.started,
        async run() {
          const answer = await ask(child, { run: true });
          if (!("ran" in answer)) throw new Error(`${contestant}: want a run, got none.`);
          return answer.ran;
        },
      };
    },
    close() {
      for (const child of children) child.kill();
    },
  };
}

/** The dynamic loader reads it when a process starts, and so does the Vulkan loader. */
async function swiftShaderEnvironment(): Promise<Record<string, string>> {
  const folder = await unpack("swiftshader");
  const driver = join(folder, "vk_swiftshader_icd.json");
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  const runtime = process.env.XDG_RUNTIME_DIR ?? tmpdir();
  return { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries, XDG_RUNTIME_DIR: runtime };
}

function ask(child: ChildProcess, request: Request): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null) => {
      reject(new Error(`the process ended with ${signal ?? code} before it answered`));
    };
    child.once("exit", ended);
    child.once("message", (reply: Reply) => {
      child.off("exit", ended);
      if ("failed" in reply) reject(new Error(reply.failed));
      else resolve(reply);
    });
    child.send(request);
  });
}
