import { useRef } from "preact/hooks";
import { EMBEDDED } from "../models/embedded.ts";
import { DTYPES, type Settings } from "../settings/settings.ts";
import { change, machine, openedModels, settings } from "../state.ts";
import { modelName } from "../words/model-name.ts";
import { ModelDialog } from "./model-dialog.tsx";

const OTHER = "other…";
const FIELDS = {
  first: { model: "model", dtype: "dtype", words: "Model" },
  second: { model: "against", dtype: "againstDtype", words: "Against" },
} as const;

/** Chooses a model and its numbers; "other…" opens a dialog. */
export function ModelField({ side }: { side: keyof typeof FIELDS }) {
  const fields = FIELDS[side];
  const model = settings.value[fields.model];
  const dtype = settings.value[fields.dtype];
  const dialog = useRef<HTMLDialogElement>(null);
  const embedded = EMBEDDED.map(({ name }) => name);
  const names = new Set([...embedded, ...openedModels.value, model].filter((name) => name !== ""));
  const choose = (name: string) => {
    if (name === OTHER) dialog.current?.showModal();
    else change({ [fields.model]: name });
  };
  return (
    <div class="model">
      <label class="field">
        <span>{fields.words}</span>
        <select
          aria-label={fields.words}
          id={fields.model}
          value={model}
          onChange={({ currentTarget }) => {
            choose(currentTarget.value);
            // Whatever comes of the dialog, the field shows what is set.
            currentTarget.value = settings.peek()[fields.model];
          }}
        >
          {[...names].map((name) => (
            <option key={name} value={name}>
              {modelName(name)}
            </option>
          ))}
          <option value={OTHER}>Another…</option>
        </select>
      </label>
      <label class="field">
        <span>Numbers</span>
        <select
          aria-label={side === "first" ? "Numbers" : "Numbers of the second model"}
          id={fields.dtype}
          title="How weights are stored: f32 exactly, f16 in half the memory, q8 in a quarter, q4 in an eighth"
          value={dtype}
          onChange={({ currentTarget }) => change({ [fields.dtype]: currentTarget.value as Settings["dtype"] })}
        >
          {DTYPES.map((each) => (
            <option key={each} value={each} disabled={each === "f16" && lacksF16()}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <ModelDialog dialog={dialog} side={side} onChoose={choose} />
    </div>
  );
}

function lacksF16(): boolean {
  return machine.value !== undefined && !machine.value.features.includes("shader-f16");
}
