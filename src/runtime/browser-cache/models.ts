import { checkArgument } from "../check-argument.ts";
import { loadPart } from "../load-part.ts";
import type { KeptModel } from "./kept-models.ts";

/** The models that this browser keeps from one visit to the next, in OPFS or the Cache API; none in Node. */
export const models = {
  /** The last used first. */
  async list(): Promise<KeptModel[]> {
    const { listModels, store } = await open();
    return store ? listModels(store) : [];
  },

  /**
   * Deletes what is kept of a model. One that is being loaded goes on, and is kept from then on.
   * @param name as {@link models.list} tells it
   * @returns whether there was one of that name
   * @throws UsageError for what is no name
   */
  async delete(name: string): Promise<boolean> {
    checkArgument(typeof name === "string", "models.delete", "the name of a model", name, "models.list tells them.");
    const { deleteModel, store } = await open();
    return store ? deleteModel(store, name) : false;
  },
};

/** Loaded when it is needed: most pages never ask. */
async function open() {
  const [{ listModels, deleteModel }, { ownStorage }] = await loadPart(
    Promise.all([import("./kept-models.ts"), import("./browser-storage.ts")]),
  );
  return { listModels, deleteModel, store: (await ownStorage())?.store };
}
