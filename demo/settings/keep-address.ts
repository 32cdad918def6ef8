import { effect } from "@preact/signals";
import { ownPhotos, pickedModels, settings } from "../state.ts";
import { formatSettings, parseSettings, type Settings } from "./settings.ts";

/** A slider that is dragged changes sixty times a second, and Safari throws after a hundred new addresses in ten. */
const REST_MS = 300;

/** Keeps the address as the settings are, and the settings as the browser's Back and Forward have them. */
export function keepAddress(onBack: (before: Settings) => void): void {
  let written: Settings | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    clearTimeout(timer);
    written = settings.peek();
    history.replaceState(written, "", `${location.pathname}${formatSettings(written)}`);
  };
  effect(() => {
    const now = settings.value;
    clearTimeout(timer);
    if (written && isDragged(written, now)) timer = setTimeout(write, REST_MS);
    else write();
  });
  addEventListener("popstate", ({ state }: PopStateEvent) => {
    const before = settings.peek();
    const kept = state as Settings | null;
    settings.value = kept && isKnown(kept) ? kept : parseSettings(location.search);
    onBack(before);
  });
}

/** Models and photos that were given have no address, and are known on this visit alone. */
function isKnown({ model, against, sample }: Settings): boolean {
  const given = new Set([...pickedModels.peek().keys(), ...ownPhotos.peek().map(({ key }) => key)]);
  return [model, against, sample].every((name) => !name.startsWith("file:") || given.has(name));
}

/** Whether nothing but sliders that tell each step differ. */
function isDragged(a: Settings, b: Settings): boolean {
  return formatSettings({ ...a, opacity: 0, divider: 0 }) === formatSettings({ ...b, opacity: 0, divider: 0 });
}
