import { DPT } from "dpt-webgpu";
import { useEffect, useState } from "react";

export type ModelState = { readonly model?: DPT; readonly error?: Error };

/** A model as long as the component is there; loaded anew for another source. */
export function useModel(source: string): ModelState {
  const [state, setState] = useState<ModelState>({});
  useEffect(() => {
    const abort = new AbortController();
    const loading = DPT.fromPretrained(source, { signal: abort.signal });
    loading.then(
      (model) => setState({ model }),
      (error: Error) => abort.signal.aborted || setState({ error }),
    );
    return () => {
      abort.abort();
      loading.then(
        (model) => model.dispose(),
        () => {},
      );
      setState({});
    };
  }, [source]);
  return state;
}
