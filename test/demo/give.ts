import type { DemoPage } from "./demo-page.ts";

export interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Drops files on the page, or pastes them. */
export async function give(visit: DemoPage, how: "drop" | "paste", files: readonly GivenFile[]): Promise<void> {
  // As addresses, which the browser turns into bytes without a task of the page that is measured.
  const given = files.map(({ name, type, bytes }) => {
    return { name, type, url: `data:;base64,${Buffer.from(bytes).toString("base64")}` };
  });
  await visit.page.evaluate(
    async (event, all) => {
      const transfer = new DataTransfer();
      for (const { name, type, url } of all) {
        const blob = await fetch(url).then((response) => response.blob());
        transfer.items.add(new File([blob], name, { type }));
      }
      const options = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        event === "drop"
          ? new DragEvent("drop", { ...options, dataTransfer: transfer })
          : new ClipboardEvent("paste", { ...options, clipboardData: transfer }),
      );
    },
    how,
    given,
  );
}
