/** @jsxImportSource react */
import { type ChangeEvent, useRef, useState } from "react";
import { useModel } from "./use-model.ts";

export function Segmenter({ source }: { readonly source: string }) {
  const { model, error } = useModel(source);
  const [text, setText] = useState("Choose a photo.");
  const canvas = useRef<HTMLCanvasElement>(null);

  const segment = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const photo = target.files?.[0];
    if (!photo || !model || !canvas.current) return;
    try {
      const result = await model.segment(photo);
      canvas.current.width = result.width;
      canvas.current.height = result.height;
      canvas.current.getContext("2d")?.putImageData(result.toImageData(), 0, 0);
      setText(`${new Set(result.labels).size} classes`);
    } catch (reason) {
      setText((reason as Error).message);
    }
  };

  return (
    <>
      <label>
        A photo: <input type="file" accept="image/*" onChange={segment} disabled={!model} />
      </label>
      <output>{error?.message ?? text}</output>
      <canvas ref={canvas} />
    </>
  );
}
