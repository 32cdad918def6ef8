import type { RefObject } from "preact";
import { sortFiles } from "../pictures/given-files.ts";
import { pickedModels } from "../state.ts";
import { Icon } from "./icon.tsx";

/** Models of the hub that people ask for, and what has to be downloaded. */
const KNOWN = [
  ["Intel/dpt-large-ade", "150 classes of rooms and streets, 1.4 GB"],
  ["Intel/dpt-large", "depth, 1.4 GB"],
  ["Intel/dpt-hybrid-midas", "depth, 490 MB"],
  ["Intel/dpt-beit-base-384", "depth, 450 MB"],
  ["depth-anything/Depth-Anything-V2-Base-hf", "depth, 390 MB"],
  ["depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf", "depth in metres, 99 MB"],
] as const;

/** Preact's types lack it, and every browser has it. */
const FOLDER = { webkitdirectory: true };

interface Props {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly side: string;
  readonly onChoose: (name: string) => void;
}

/** A model of the hub, of an address, or of this computer. */
export function ModelDialog({ dialog, side, onChoose }: Props) {
  const close = () => dialog.current?.close();
  const takeName = (form: HTMLFormElement) => {
    const name = String(new FormData(form).get("name")).trim();
    if (name === "") return;
    close();
    onChoose(name);
  };
  const takeFiles = (input: HTMLInputElement) => {
    const given = sortFiles([...(input.files ?? [])], input.webkitdirectory ? folderOf(input) : undefined);
    input.value = "";
    if (given?.kind !== "model") return;
    close();
    const key = `file:${given.name}`;
    pickedModels.value = new Map([...pickedModels.peek(), [key, given.files]]);
    onChoose(key);
  };
  return (
    <dialog ref={dialog} class="dialog" closedby="any" aria-labelledby={`${side}-title`}>
      <div class="dialog-head">
        <h2 id={`${side}-title`}>Another model</h2>
        <button type="button" class="button round" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          takeName(event.currentTarget);
        }}
      >
        <label class="field wide">
          <span>Name on the Hugging Face hub, or the address of a folder or a .pt</span>
          <input
            name="name"
            autoFocus
            list={`${side}-known`}
            placeholder="Intel/dpt-large-ade"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
        </label>
        <datalist id={`${side}-known`}>
          {KNOWN.map(([id, words]) => (
            <option key={id} value={id}>
              {words}
            </option>
          ))}
        </datalist>
        <button type="submit" class="button primary">
          Load
        </button>
      </form>
      <p class="or">or from this computer, where it stays</p>
      <div class="row">
        <label class="button">
          <Icon name="folder" />A folder
          <input type="file" class="hidden" {...FOLDER} onChange={({ currentTarget }) => takeFiles(currentTarget)} />
        </label>
        <label class="button">
          Files
          <input type="file" class="hidden" multiple onChange={({ currentTarget }) => takeFiles(currentTarget)} />
        </label>
      </div>
      <p class="small">
        A folder as it lies on the hub: config.json, preprocessor_config.json and model.safetensors (or its shards, or
        pytorch_model.bin). Or one .pt of the paper.
      </p>
    </dialog>
  );
}

function folderOf({ files }: HTMLInputElement): string | undefined {
  return files?.[0]?.webkitRelativePath.split("/")[0];
}
