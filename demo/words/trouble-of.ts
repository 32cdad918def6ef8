import { messageOf } from "./message-of.ts";

/** Why nothing can be computed here, and what a person can do. */
export interface Trouble {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
}

/**
 * What stands between this browser and WebGPU.
 * @param browser what it tells of itself
 */
export function troubleOf(error: unknown, browser: { readonly userAgent: string; readonly gpu?: unknown }): Trouble {
  const why = messageOf(error);
  if (globalThis.isSecureContext === false) {
    const steps = ["Open the page over https, or from localhost."];
    return { title: "WebGPU needs a secure page", why, steps };
  }
  if (!browser.gpu) return { title: "This browser has no WebGPU", why, steps: stepsWithout(browser.userAgent) };
  return {
    title: "WebGPU is blocked here",
    why,
    steps: [
      "Switch hardware acceleration on in the browser's settings, then start the browser again.",
      "Update the graphics driver.",
      "In Chrome or Edge, chrome://gpu tells at “WebGPU” what is blocked and why.",
      "On a remote desktop or a virtual machine, open the page on the computer itself.",
    ],
  };
}

function stepsWithout(userAgent: string): string[] {
  if (/iPhone|iPad/.test(userAgent))
    return ["Update to iOS or iPadOS 26 or later; every browser there has WebGPU then."];
  if (/Firefox\//.test(userAgent)) {
    return [
      "Update Firefox: it has WebGPU on Windows from 141 and on Macs with Apple silicon from 145.",
      "Elsewhere set dom.webgpu.enabled to true in about:config, or use Chrome or Edge.",
    ];
  }
  if (/Chrome\//.test(userAgent)) {
    return [
      "Update the browser: Chrome and Edge have WebGPU from 113, on Android from 121.",
      "On Linux, switch “Unsafe WebGPU Support” on in chrome://flags and start the browser again.",
    ];
  }
  if (/Safari\//.test(userAgent)) return ["Update to Safari 26 or later, or use Chrome or Edge."];
  return ["Use a current Chrome, Edge, Safari or Firefox."];
}
