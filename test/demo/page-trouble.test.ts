import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { give } from "./give.ts";
import { type Demo, startDemo } from "./start-demo.ts";

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});

afterAll(() => demo?.stop());

/** Another site than the page's: one that stalls below /stalls, and one that lets no other page read until it is told to. */
async function startOtherSite() {
  let isOpen = false;
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/stalls/")) return;
    response.writeHead(200, isOpen ? { "Access-Control-Allow-Origin": "*" } : {}).end("{}");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const open = () => {
    isOpen = true;
  };
  return { url, open, [Symbol.asyncDispose]: async () => server.closeAllConnections() };
}

declare global {
  /** Workers of models that were ever opened on the page, with what became of them. */
  var models: { readonly worker: Worker; isEnded: boolean }[];
  /** Lets what is said to them through, where it is held up. */
  var letThrough: () => void;
}

/** Watches the workers of models, and holds up what is said to them until {@link letThrough} is called. */
function holdModels(): void {
  globalThis.models = [];
  const open = new Promise<void>((resolve) => {
    globalThis.letThrough = resolve;
  });
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      if (options?.name !== "dpt-webgpu") return;
      const model = { worker: this, isEnded: false };
      models.push(model);
      const post = this.postMessage.bind(this) as (...args: unknown[]) => void;
      this.postMessage = (...args: unknown[]) => void open.then(() => post(...args));
      this.terminate = () => {
        model.isEnded = true;
        super.terminate();
      };
    }
  };
}

/** Once the page is told to hurry, long waits, as those for a server that stalls, are a twentieth as long. */
function hurryWhenTold(): void {
  const wait = globalThis.setTimeout;
  const hurried = (run: () => void, time = 0) =>
    wait(run, time >= 5000 && "isHurried" in globalThis ? time / 20 : time);
  globalThis.setTimeout = hurried as typeof setTimeout;
}

test("no WebGPU, and WebGPU without an adapter: what to do, and pictures are seen all the same", async () => {
  await using without = await demo.open("", () => Reflect.deleteProperty(Navigator.prototype, "gpu"));
  expect(await without.until(".trouble", /./)).toMatch(
    /This browser has no WebGPU.*Chrome and Edge have WebGPU from 113/,
  );
  await without.page.waitForSelector(".layer");
  await without.screenshot("no-webgpu-light");
  expect(await without.violations()).toEqual([]);

  await using blocked = await demo.open("", () => {
    GPU.prototype.requestAdapter = async () => null;
  });
  expect(await blocked.until(".trouble", /./)).toMatch(/WebGPU is blocked here.*hardware acceleration.*Try again/);
  expect(blocked.problems).toEqual([]);
});

test("a software adapter is told, with what to do, and the note can be put away", async () => {
  await using visit = await demo.openTiny("&sample=");
  expect(await visit.until(".message", /./)).toMatch(
    /computes on the processor.*lower resolution.*hardware acceleration/,
  );
  await visit.click(".message .round");
  expect(await visit.page.$(".message")).toBeNull();
});

test("what is no picture, no model and no address: a sentence each, and the page goes on", async () => {
  await using visit = await demo.openTiny("&sample=");
  const { page } = visit;
  await visit.until(".machine", /Weights on the GPU\d/);
  const text = new TextEncoder().encode("no picture, no model");
  await give(visit, "drop", [{ name: "notes.txt", type: "text/plain", bytes: text }]);
  expect(await visit.until('[role="alert"]', /notes/)).toMatch(
    /^notes\.txt: want a picture that this browser reads, got text\/plain\. Give a JPEG, PNG/,
  );
  await give(visit, "drop", [{ name: "model.safetensors", type: "", bytes: text }]);
  expect(await visit.until('[role="alert"]', /model\.safetensors/)).toMatch(/config\.json.*got none/);
  await give(visit, "drop", [
    { name: "config.json", type: "", bytes: new TextEncoder().encode('{"architectures": ["BertModel"]}') },
    { name: "model.safetensors", type: "", bytes: text },
  ]);
  expect(await visit.until('[role="alert"]', /BertModel/)).toMatch(/DPTForSemanticSegmentation.*got "BertModel"/);
  await page.select("#model", "other…");
  await page.waitForSelector("dialog[open]");
  await page.type("dialog[open] input[name]", "not an address");
  await page.keyboard.press("Enter");
  expect(await visit.until('[role="alert"]', /not an address/)).toMatch(/organisation\/name/);

  await page.select("#model", demo.tiny.url);
  await visit.click('[data-sample="cat"]');
  await visit.untilAnswered();
  expect(await visit.text('[role="alert"]')).toBe("");
});

test("a server without CORS, one that stalls and one that is not there", async () => {
  await using other = await startOtherSite();
  await using visit = await demo.open(`?sample=&model=${encodeURIComponent(`${other.url}/private`)}`, hurryWhenTold);
  const { page } = visit;
  expect(await visit.until('[role="alert"]', /CORS/)).toContain(
    `${other.url}: want its leave to read files from this page (CORS), got none. Download the model`,
  );
  other.open();
  await visit.click('[role="alert"] .button');
  expect(await visit.until('[role="alert"]', /architectures/)).not.toContain("CORS");
  const choose = async (name: string) => {
    await page.select("#model", "other…");
    await page.waitForSelector("dialog[open]");
    await page.$eval("dialog[open] input[name]", (input, value) => Object.assign(input, { value }), name);
    await page.$eval("dialog[open] form", (form) => (form as HTMLFormElement).requestSubmit());
  };
  await page.evaluate(() => Object.assign(globalThis, { isHurried: true }));
  await choose(`${other.url}/stalls/model`);
  expect(await visit.until('[role="alert"]', /no byte/)).toMatch(
    /want an answer from the server, got no byte for 10 s\. Check the address and the connection/,
  );
  await page.evaluate(() => Reflect.deleteProperty(globalThis, "isHurried"));
  await choose("http://127.0.0.1:9/model");
  expect(await visit.until('[role="alert"]', /127\.0\.0\.1:9\//)).toMatch(/Check the address and the connection/);
  expect(await visit.text('[role="alert"] .button')).toBe("Try again");
});

test("a model too large for the adapter: what it needs and what there is, before anything is read", async () => {
  await using visit = await demo.open("?model=depth-anything-v2-small&task=depth&sample=", () => {
    const limits = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, "limits")!;
    Object.defineProperty(GPUAdapter.prototype, "limits", {
      get() {
        return new Proxy(limits.get!.call(this), {
          get: (real, name) => (name === "maxBufferSize" ? 1 << 20 : Reflect.get(real, name)),
        });
      },
    });
  });
  expect(await visit.until('[role="alert"]', /buffer/)).toMatch(
    /^depth-anything-v2-small: want 5\.06 MiB in one buffer for .+ \(\d+ MiB of weights in all\), got 1\.00 MiB at most from .*swiftshader.*Choose f16 or q8/,
  );
});

test("a browser that has no room for the model uses it all the same, and says so", async () => {
  await using visit = await demo.open("?size=28&sample=", () => {
    Cache.prototype.put = async () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  expect(await visit.until('[role="status"] .message', /does not keep/)).toMatch(/it is full.*free disk space/);
  await visit.until(".machine", /Weights on the GPU\d/);
});

test("a camera that is refused, and a tab in the background", async () => {
  await using visit = await demo.openTiny("&sample=", () => {
    const media = navigator.mediaDevices;
    const real = media.getUserMedia.bind(media);
    let asked = 0;
    media.getUserMedia = async (constraints) => {
      if (asked++ === 0) throw new DOMException("no", "NotAllowedError");
      const stream = await real(constraints);
      Object.assign(globalThis, { camera: stream });
      return stream;
    };
    Object.defineProperty(document, "hidden", { get: () => "isHidden" in globalThis });
  });
  const { page } = visit;
  await visit.click("#camera");
  expect(await visit.until('[role="alert"]', /camera/)).toMatch(/got a refusal\. Allow the camera for this page/);
  await visit.click("#camera");
  await visit.until(".playing", /[1-9]\d* ms behind/);
  await visit.untilOther(await visit.shown());
  await page.evaluate(() => {
    Object.assign(globalThis, { isHidden: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await visit.until(".playing", /resting/);
  const before = await visit.shownWhenIdle();
  await page.evaluate(() => {
    Reflect.deleteProperty(globalThis, "isHidden");
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await visit.until(".playing", /ms behind/);
  await visit.untilOther(before);
  await visit.click("#stop");
  expect(await page.$(".playing")).toBeNull();
  // The light beside the lens goes out.
  const tracks = await page.evaluate(() => {
    const { camera } = globalThis as unknown as { camera: MediaStream };
    return camera.getTracks().map(({ readyState }) => readyState);
  });
  expect(tracks).toEqual(["ended"]);
});

test("a model on its way is not loaded anew for a picture that comes meanwhile, only for another model or other numbers", async () => {
  await using visit = await demo.openTiny("&sample=", holdModels);
  const { page } = visit;
  const ended = () => page.evaluate(() => models.map(({ isEnded }) => isEnded));
  await page.waitForFunction(() => models.length === 1);
  // A picture that comes, and another one in its place.
  for (const sample of ["cat", "street"]) {
    await visit.click(`[data-sample="${sample}"]`);
    await page.waitForSelector(`[data-sample="${sample}"][aria-pressed="true"]`);
    await visit.untilPainted();
  }
  await page.evaluate(() => letThrough());
  await visit.untilAnswered();
  expect(await ended()).toEqual([false]);
  await page.select("#dtype", "q8");
  await page.select("#dtype", "q4");
  await visit.until(".machine", /Weights on the GPU[\d.]+ \w+, q4/);
  // One that is slow to end is not waited for, so it may end after the next one has come.
  await page.waitForFunction(() => models.every(({ isEnded }, i, { length }) => isEnded === i < length - 1));
  expect(visit.problems).toEqual([]);
});

test("Try again loads the model anew: it may be what is broken", async () => {
  await using visit = await demo.openTiny("&sample=", holdModels);
  const { page } = visit;
  await page.evaluate(() => letThrough());
  await visit.until(".machine", /Weights on the GPU\d/);
  await page.evaluate(() => models[0]!.worker.dispatchEvent(new ErrorEvent("error", { message: "broken" })));
  await visit.click('[data-sample="cat"]');
  expect(await visit.until('[role="alert"]', /worker/)).toContain('got "broken"');
  await visit.click('[role="alert"] .button');
  await visit.untilAnswered();
  expect(await visit.text('[role="alert"]')).toBe("");
  expect(await page.evaluate(() => models.length)).toBe(2);
});
