import type { DemoPage } from "./demo-page.ts";

/** What a button downloads: its name and bytes. */
export async function download(visit: DemoPage, selector: string): Promise<{ name: string; bytes: Buffer }> {
  await visit.page.evaluate(() => {
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
      const { download, href } = this;
      HTMLAnchorElement.prototype.click = click;
      fetch(href)
        .then((response) => response.blob())
        .then((blob) => {
          const reader = new FileReader();
          reader.onload = () => Object.assign(globalThis, { downloaded: { name: download, url: reader.result } });
          reader.readAsDataURL(blob);
        });
    };
  });
  await visit.click(selector);
  const handle = await visit.page.waitForFunction(
    () => (globalThis as unknown as { downloaded?: { name: string; url: string } }).downloaded,
  );
  const { name, url } = (await handle.jsonValue())!;
  await visit.page.evaluate(() => Reflect.deleteProperty(globalThis, "downloaded"));
  return { name, bytes: Buffer.from(url.split(",")[1]!, "base64") };
}

/** How many bytes a button downloads; they stay in the page, where to read them would take its time. */
export async function downloadedSize(visit: DemoPage, selector: string): Promise<number> {
  await visit.page.evaluate(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob: Blob) => {
      URL.createObjectURL = make;
      Object.assign(globalThis, { downloaded: blob.size });
      return make(blob);
    };
  });
  await visit.click(selector);
  const handle = await visit.page.waitForFunction(() => (globalThis as { downloaded?: number }).downloaded);
  const size = await handle.jsonValue();
  await visit.page.evaluate(() => Reflect.deleteProperty(globalThis, "downloaded"));
  return size!;
}
