import { tmpdir } from "node:os";
import puppeteer, { type Browser } from "puppeteer";
import { findOnPath } from "./find-on-path.ts";

/**
 * Starts a headless Firefox, whose WebGPU is wgpu, on this machine's Vulkan driver; a text instead says what this machine
 * lacks for it. Close it when done.
 */
export async function launchFirefox(): Promise<Browser | string> {
  const executablePath = process.env.FIREFOX_PATH ?? findOnPath(["firefox-esr", "firefox"]);
  if (!executablePath) return "want Firefox, got none. Install it (Debian: firefox-esr), or set FIREFOX_PATH";
  return puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    protocolTimeout: 600_000,
    env: { XDG_RUNTIME_DIR: tmpdir(), ...process.env },
    extraPrefsFirefox: {
      "dom.webgpu.enabled": true,
      "ui.prefersReducedMotion": 1,
      // Software drivers are not on its list.
      "gfx.webgpu.ignore-blocklist": true,
    },
  });
}
