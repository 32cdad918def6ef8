import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSoftware } from "../../src/runtime/device/device.ts";
import { MachineError } from "../../src/runtime/errors.ts";
import { preloadLibrary } from "./preload-library.ts";
import { restBetweenPolls } from "./rest-between-polls.ts";
import { unpack } from "./unpack.ts";
import { withEnvironment } from "./with-environment.ts";

export interface OpenGpuOptions {
  /** Take the software adapter without asking for a real one; the same numbers on every machine. */
  software?: boolean;
  /**
   * Dawn toggles to enable; with a leading `-`, to disable (`-timestamp_quantization`). Those of the environment variable
   * `DPT_WEBGPU_TOGGLES`, separated by commas, join them on a real adapter.
   */
  toggles?: string[];
}

export interface OpenedGpu {
  gpu: GPU;
  adapter: GPUAdapter;
  /** Whether the CPU does the work. */
  software: boolean;
  /** One line for the user when the adapter is not what one hopes for. */
  notice?: string;
}

/**
 * Dawn processes the events of an instance after the garbage collector freed it, and then hangs or crashes; so no
 * instance is ever let go. It does not keep the process alive.
 */
const instances: GPU[] = [];

const slow = "expect seconds per picture";

/**
 * SwiftShader, asked to zero workgroup memory by Vulkan's extension, writes each number of it by instructions of its own, and
 * compiles that for seconds (attention: 0.5 s instead of 0.1 s). Without the extension Dawn writes a loop.
 */
const ZEROED_BY_LOOP = "-use_vulkan_zero_initialize_workgroup_memory_extension";

/**
 * Opens WebGPU in Node (Dawn) and leaves the WebGPU globals (`GPUBufferUsage`, ...) on `globalThis`. A real adapter
 * comes first; on Linux without one, SwiftShader from the dependencies takes its place, with nothing to install.
 *
 * The process ends by itself when the last promise of the caller has settled, even while the objects are referenced.
 * Still call `device.destroy()` when done: it frees the GPU's memory at once and settles `device.lost`.
 * @throws MachineError if there is no adapter, or the platform has no Dawn
 */
export async function openGpu(options: OpenGpuOptions = {}): Promise<OpenedGpu> {
  const opened = await open(options);
  if (opened.software) restBetweenPolls();
  return opened;
}

async function open(options: OpenGpuOptions): Promise<OpenedGpu> {
  const create = await loadDawn();
  const toggles = options.toggles ?? [];
  // The Vulkan loader complains on stderr without it.
  if (process.platform === "linux") process.env.XDG_RUNTIME_DIR ??= tmpdir();

  if (!options.software && mayHaveHardware()) {
    const gpu = create(dawnFlags([...toggles, ...environmentToggles()]));
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter) return describe(gpu, adapter);
  }
  if (process.platform === "linux") {
    return openSwiftShader(create, dawnFlags([ZEROED_BY_LOOP, ...toggles]), !options.software);
  }
  const gpu = create(dawnFlags(toggles));
  const adapter = await gpu.requestAdapter({ forceFallbackAdapter: true });
  if (adapter) return describe(gpu, adapter);
  throw new MachineError(
    `WebGPU: want ${options.software ? "a software adapter" : "an adapter"}, got none on ${process.platform}. ` +
      "Update the graphics driver and run outside of a virtual machine, or use Linux on x64, which needs no GPU.",
  );
}

/** Linux without a Vulkan loader has no driver either; asking Dawn all the same prints its complaint on stderr. */
function mayHaveHardware(): boolean {
  if (process.platform !== "linux") return true;
  try {
    preloadLibrary("libvulkan.so.1");
    return true;
  } catch {
    return false;
  }
}

async function loadDawn(): Promise<(flags: string[]) => GPU> {
  try {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    return (flags) => {
      const gpu = create(flags);
      instances.push(gpu);
      return gpu;
    };
  } catch (cause) {
    throw new MachineError(
      `WebGPU: want Dawn for ${process.platform} on ${process.arch}, got ${(cause as Error).message}. ` +
        "It comes with npm's webgpu for Linux (glibc), macOS and Windows; install again there.",
      { cause },
    );
  }
}

/** Toggles for real adapters, in a variable since a process hands it down to those it starts. */
function environmentToggles(): string[] {
  return process.env.DPT_WEBGPU_TOGGLES?.split(",").filter(Boolean) ?? [];
}

function dawnFlags(toggles: string[]): string[] {
  const disabled = toggles.filter((toggle) => toggle.startsWith("-")).map((toggle) => toggle.slice(1));
  const enabled = toggles.filter((toggle) => !toggle.startsWith("-"));
  const flags: string[] = [];
  if (enabled.length > 0) flags.push(`enable-dawn-features=${enabled.join(",")}`);
  if (disabled.length > 0) flags.push(`disable-dawn-features=${disabled.join(",")}`);
  return flags;
}

async function openSwiftShader(
  create: (flags: string[]) => GPU,
  flags: string[],
  wantedHardware: boolean,
): Promise<OpenedGpu> {
  const folder = await unpack("swiftshader");
  // A machine may have no Vulkan loader at all, so bring our own; Dawn asks for it by name.
  preloadLibrary(join(folder, "libvulkan.so.1"));
  const driver = join(folder, "vk_swiftshader_icd.json");
  // Two names of one setting; the first wins in newer loaders, so a user's own value must not stay in either.
  const { gpu, adapter } = await withEnvironment({ VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver }, async () => {
    const gpu = create(flags);
    return { gpu, adapter: await gpu.requestAdapter() };
  });
  if (!adapter) {
    throw new MachineError(
      `WebGPU: want an adapter, got none, not even SwiftShader in ${folder}. ` +
        "Remove that folder and try again, or install a Vulkan driver (Debian: mesa-vulkan-drivers).",
    );
  }
  const notice = `no hardware WebGPU adapter: running on SwiftShader (software), ${slow}`;
  return { gpu, adapter, software: true, ...(wantedHardware && { notice }) };
}

function describe(gpu: GPU, adapter: GPUAdapter): OpenedGpu {
  const { architecture, device } = adapter.info;
  const software = isSoftware(adapter.info);
  if (!software) return { gpu, adapter, software };
  return {
    gpu,
    adapter,
    software,
    notice: `no hardware WebGPU adapter: running on ${device || architecture} (software), ${slow}`,
  };
}
