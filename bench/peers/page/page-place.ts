import { fileURLToPath } from "node:url";
import { createServer } from "vite";
import { launchChromium } from "../../../test/browser/chromium.ts";
import { openPage } from "../../../test/browser/open-page.ts";
import type { Contestant, NetworkTask, Task } from "../contestant.ts";

/** Where contestants run in a browser: one page for all, as they would share one in an app. */
export interface PagePlace {
  readonly adapter: string;
  start(name: string, task: Task): Promise<Contestant>;
  close(): Promise<void>;
}

/** Serves the page from its sources and opens it in Chromium. */
export async function openPagePlace(): Promise<PagePlace> {
  const server = await createServer({
    root: fileURLToPath(new URL(".", import.meta.url)),
    configFile: false,
    logLevel: "warn",
    appType: "mpa",
    server: {
      port: 0,
      // A source that somebody saves meanwhile must not reload the page.
      hmr: false,
      watch: null,
      fs: { strict: false },
      // ONNX Runtime's WASM threads want an isolated page.
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
    },
    optimizeDeps: {
      // It finds its WASM files beside its own; the rest must be known before the first request, or the page reloads.
      exclude: ["onnxruntime-web", "@litertjs/core"],
      include: [
        "@tensorflow/tfjs",
        "@tensorflow/tfjs-backend-webgpu",
        "@jax-js/jax",
        "wgsl-preprocessor/wgsl-preprocessor.js",
      ],
    },
  });
  await server.listen();
  const browser = await launchChromium();
  const close = async () => {
    await browser.close();
    await server.close();
  };
  try {
    const { page, problems } = await openPage(browser, server.resolvedUrls!.local[0]!);
    const adapter = await page.evaluate(async () => {
      const { info } = (await navigator.gpu.requestAdapter())!;
      return `${info.vendor} ${info.architecture}`;
    });
    const url = (folder: string) => new URL(`/@fs${folder}`, page.url()).href;
    return {
      adapter: `${adapter}, ${await browser.version()}`,
      close,
      async start(name, task) {
        const its = task.kind === "network" ? withUrls(task, url) : task;
        const began = await page
          .evaluate((n, t) => globalThis.start(n, t), name, its)
          .catch((error: unknown) => {
            throw new Error([String(error), ...problems.splice(0)].join("\n"));
          });
        const bytes = new Uint8Array(Buffer.from(began.output, "base64"));
        return {
          cold: began.cold,
          output: new Float32Array(bytes.buffer),
          run: async () => ({ seconds: await page.evaluate((n, k) => globalThis.runAgain(n, k), name, task.kind) }),
        };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function withUrls(task: NetworkTask, url: (path: string) => string): NetworkTask {
  const { model, onnx, tflite } = task;
  return { ...task, model: url(model), onnx: url(onnx), ...(tflite !== undefined && { tflite: url(tflite) }) };
}
