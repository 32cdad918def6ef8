import { sortFiles } from "../pictures/given-files.ts";
import { take, takeCamera } from "../take.ts";
import { Choices } from "./choices.tsx";
import { Icon } from "./icon.tsx";

/** Where pictures come from. */
export function Sources() {
  return (
    <section class="sources" aria-label="Choose a picture">
      <label class="button primary">
        <Icon name="photo" />
        Photos or video
        <input
          id="open"
          type="file"
          class="hidden"
          accept="image/*,video/*"
          multiple
          onChange={({ currentTarget }) => {
            take(sortFiles([...(currentTarget.files ?? [])]));
            currentTarget.value = "";
          }}
        />
      </label>
      <button type="button" class="button" id="camera" onClick={() => takeCamera()}>
        <Icon name="camera" />
        Camera
      </button>
      <Choices />
      <p class="small hint">or drop or paste. Nothing leaves this computer.</p>
    </section>
  );
}
