import { type Format, formatsFor } from "../save/formats.ts";
import type { Shown } from "../save/make-file.ts";
import { saveFile } from "../save/save-file.ts";
import type { PageTask } from "../settings/settings.ts";
import { forget, say, settings } from "../state.ts";
import { messageOf } from "../words/message-of.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly task: PageTask;
  /** The answer with the picture that it is of; none before it comes. */
  readonly shown: Shown | undefined;
}

/** Files of what is shown. */
export function Downloads({ task, shown }: Props) {
  const save = async (format: Format, { answer, picture }: Shown) => {
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
        {formatsFor(task).map((format) => (
          <button
            key={format.name}
            type="button"
            class="button"
            data-format={format.name}
            title={format.words}
            aria-label={`${format.name}: ${format.words}`}
            disabled={shown?.answer.task !== task}
            onClick={() => shown && save(format, shown)}
          >
            <Icon name="download" />
            {format.name}
          </button>
        ))}
      </div>
    </section>
  );
}
