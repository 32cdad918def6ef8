import type { Page } from "puppeteer";
import type { GivenFile } from "./give.ts";

/** A second of a moving square, as WebM. */
export async function recordedVideo(page: Page): Promise<GivenFile> {
  const text = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 96, height: 64 });
    const context = canvas.getContext("2d")!;
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.start(100);
    for (let i = 0; i < 20; i++) {
      context.fillStyle = `hsl(${18 * i} 80% 50%)`;
      context.fillRect(0, 0, 96, 64);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => {
      recorder.onstop = resolve;
      recorder.stop();
    });
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  return { name: "square.webm", type: "video/webm", bytes: Buffer.from(text, "base64") };
}
