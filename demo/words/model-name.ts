import { embeddedModel } from "../models/embedded.ts";

/** What a model is called on the page: its words, the last part of an address, an id as it is. */
export function modelName(name: string): string {
  const embedded = embeddedModel(name);
  if (embedded) return embedded.words;
  if (!URL.canParse(name)) return name;
  const { protocol, pathname } = new URL(name);
  return protocol === "file:"
    ? name.replace(/^file:/, "")
    : (pathname.split("/").findLast((part) => part !== "") ?? name);
}
