import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer, { type Browser } from "puppeteer";
import { unpack } from "../../cli/adapter/unpack.ts";
import { writeWhole } from "../../cli/files/write-whole.ts";
import { findOnPath } from "./find-on-path.ts";
import { PATIENCE_MS } from "./patience.ts";

/** SwiftShader, on any machine; or the GPU of this one, through Vulkan on Linux. */
export type ChromiumAdapter = "swiftshader" | "hardware";

const ADAPTER_FLAGS: Readonly<Record<ChromiumAdapter, readonly string[]>> = {
  // As `openGpu` has it, whose comment says why.
  swiftshader: [
    "--use-webgpu-adapter=swiftshader",
    "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
  ],
  hardware: [
    "--use-angle=vulkan",
    "--enable-features=Vulkan",
    "--disable-vulkan-surface",
    "--ignore-gpu-blocklist",
    // Dawn keeps f16 to itself on NVIDIA's driver.
    "--enable-dawn-features=vulkan_enable_f16_on_nvidia",
  ],
};

/**
 * With these it shows canvases of WebGPU. By default compositing and WebGPU's device do not share memory in software, and the
 * device is lost with the first canvas that is shown.
 */
export const PRESENTING = ["--enable-features=Vulkan", "--use-vulkan=swiftshader", "--use-angle=swiftshader"];

/**
 * Starts a headless Chromium whose WebGPU runs on SwiftShader unless asked otherwise: the one `CHROMIUM_PATH` names, else one installed on
 * this machine, else the one among the dependencies, which needs nothing of the machine. Close it when done.
 */
export async function launchChromium({
  adapter = "swiftshader",
  flags = [],
}: {
  adapter?: ChromiumAdapter;
  /** More of the command line. */
  flags?: readonly string[];
} = {}): Promise<Browser> {
  const { executablePath, libraries, fonts } = await findChromium();
  return puppeteer.launch({
    executablePath,
    headless: "shell",
    env: {
      ...(fonts && { FONTCONFIG_FILE: fonts }),
      ...process.env,
      LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter),
    },
    // A worker that a page ends before puppeteer has looked at it, or whose script is asked for just then, may wait for ever.
    targetFilter: (target) => !/worker$/.test(target.type()),
    timeout: PATIENCE_MS,
    // A shader can take minutes to compile and run in software.
    protocolTimeout: 600_000,
    args: [
      "--enable-unsafe-webgpu",
      ...ADAPTER_FLAGS[adapter],
      "--disable-gpu-watchdog",
      // Containers have neither user namespaces nor a large /dev/shm.
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-quic",
      "--disable-sync",
      ...flags,
    ],
  });
}

async function findChromium(): Promise<{ executablePath: string; libraries?: string; fonts?: string | undefined }> {
  const installed = process.env.CHROMIUM_PATH ?? findOnPath(["chromium", "chromium-browser", "google-chrome"]);
  if (installed) return { executablePath: installed };
  const chromium = await unpack("chromium");
  return {
    executablePath: join(chromium, "chromium"),
    libraries: [join(chromium, "lib"), chromium].join(delimiter),
    fonts: existsSync("/etc/fonts") ? undefined : await configureFonts(),
  };
}

/** Without any typeface Chromium hangs at the first `<select>` or `<input>` it lays out. */
async function configureFonts(): Promise<string> {
  const folder = await unpack("fonts");
  const file = join(folder, "only-these.conf");
  await writeWhole(
    file,
    `<fontconfig><dir>${folder}</dir><cachedir>${join(folder, "cache")}</cachedir></fontconfig>
`,
  );
  return file;
}
