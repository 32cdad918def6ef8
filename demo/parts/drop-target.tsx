import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { givenBy } from "../pictures/given-files.ts";
import { say } from "../state.ts";
import { take } from "../take.ts";

const NO_FILE = "drop: want a file, got none. Save the picture, or copy it there and paste it here.";

/** Everything can be dropped anywhere, and pasted. */
export function DropTarget({ children }: { children: ComponentChildren }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0) return;
      event.preventDefault();
      takeFrom(event.clipboardData);
    };
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (!event.dataTransfer) return;
      if (event.dataTransfer.files.length > 0) takeFrom(event.dataTransfer);
      else say({ kind: "error", text: NO_FILE });
    };
    const onOver = (event: DragEvent) => {
      event.preventDefault();
      if (event.dataTransfer?.types.includes("Files")) setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    document.addEventListener("paste", onPaste);
    document.addEventListener("drop", onDrop);
    document.addEventListener("dragover", onOver);
    document.addEventListener("dragleave", onLeave);
    return () => {
      document.removeEventListener("paste", onPaste);
      document.removeEventListener("drop", onDrop);
      document.removeEventListener("dragover", onOver);
      document.removeEventListener("dragleave", onLeave);
    };
  }, []);
  return (
    <div class={`page${isOver ? " over" : ""}`}>
      {children}
      <div class="drop-hint" aria-hidden="true">
        Drop a picture, a video or a model's folder
      </div>
    </div>
  );
}

async function takeFrom(transfer: DataTransfer): Promise<void> {
  await take(await givenBy(transfer));
}
