import { type Format, formatsFor } from "../save/formats.ts";
import type { Shown } from "../save/make-file.ts";
import { saveFile } from "../save/save-file.ts";
import { forget, say, settings } from "../state.ts";
import { messageOf } from "../words/message-of.ts";
import { Icon } from "./icon.tsx";

interface Props extends Shown {
  /** Whether the answer is of that picture. */
  readonly fits: boolean;
}

/** Files of what is shown. */
export function Downloads({ answer, picture, fits }: Props) {
  const save = async (format: Format) => {
    try {
      forget("error");
      // With what it needs to write, which most visitors never do.
      const { writeFile } = await import("../save/writer.ts");
      const file = await writeFile(format, { answer, picture }, settings.peek());
      saveFile(`${picture.name.replace(/\.[^.]+$/, "")}.${format.ending}`, file);
    } catch (error) {
      say({ kind: "error", text: messageOf(error) });
    }
  };
  return (
    <section aria-labelledby="downloads-title">
      <h2 id="downloads-title">Download</h2>
      <div class="formats">
        {formatsFor(answer.task).map((format) => (
          <button
            key={format.name}
            type="button"
            class="button"
            data-format={format.name}
            title={format.words}
            aria-label={`${format.name}: ${format.words}`}
            disabled={!fits}
            onClick={() => save(format)}
          >
            <Icon name="download" />
            {format.name}
          </button>
        ))}
      </div>
    </section>
  );
}
