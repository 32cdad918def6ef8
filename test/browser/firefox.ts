import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import puppeteer, { type Browser } from "puppeteer";
import { findOnPath } from "./find-on-path.ts";
import { newPage, PATIENCE_MS } from "./patience.ts";

/**
 * Starts a headless Firefox, whose WebGPU is wgpu, on this machine's Vulkan driver; a text instead says what this machine
 * lacks for it. Close it when done.
 */
export async function launchFirefox(): Promise<Browser | string> {
  const executablePath = process.env.FIREFOX_PATH ?? findOnPath(["firefox-esr", "firefox"]);
  if (!executablePath) return "want Firefox, got none. Install it (Debian: firefox-esr), or set FIREFOX_PATH";
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    timeout: PATIENCE_MS,
    protocolTimeout: 600_000,
    env: { XDG_RUNTIME_DIR: tmpdir(), ...process.env },
    extraPrefsFirefox: {
      "dom.webgpu.enabled": true,
      "ui.prefersReducedMotion": 1,
      // Software drivers are not on its list.
      "gfx.webgpu.ignore-blocklist": true,
    },
  });
  const lack = await lackOf(browser);
  if (lack === undefined) return browser;
  const version = await browser.version();
  await browser.close();
  return `want WebGPU in Firefox, got ${version} without: ${lack}. Use a newer one, and a Vulkan driver (Debian: mesa-vulkan-drivers)`;
}

/** Why there is no adapter; `undefined` if there is one. WebGPU is there for pages of a server, and for no blank page. */
async function lackOf(browser: Browser): Promise<string | undefined> {
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<title>"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const page = await newPage(browser);
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return await page.evaluate(async () => {
      if (!navigator.gpu) return "no navigator.gpu";
      try {
        return (await navigator.gpu.requestAdapter()) ? undefined : "no adapter";
      } catch (error) {
        return (error as Error).message.replace(/\.$/, "");
      }
    });
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
}
