/** @jsxImportSource react */
import { createRoot } from "react-dom/client";
import { Segmenter } from "./segmenter.tsx";

const source = new URLSearchParams(location.search).get("model") ?? "Intel/dpt-large-ade";

createRoot(document.querySelector("#root")!).render(<Segmenter source={source} />);
