import { expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { geoJson, labelMapOf } from "../../formats/index.ts";
import { DPT } from "../../src/index.ts";
import { testDevice } from "../device.ts";
import { randomPicture, withProcessor } from "../small-models.ts";

test("a model's answer goes to files as it is, each class by its id and in its colour", async () => {
  const files = withProcessor(filesFromFolder("test/fixtures/cases/dpt-vit-seg"), { size: 32 });
  using model = await DPT.load(files, { device: await testDevice() });
  const answer = await model.segment(randomPicture(20, 16));
  const map = labelMapOf({ ...answer, colours: answer.classes.map((_, id) => [id, 255, 16] as const) });
  expect([map.width, map.height]).toEqual([20, 16]);
  expect(map.labels).toBe(answer.labels);
  expect(map.classes.map(({ id, name }) => [id, name])).toEqual([...answer.classes.entries()]);
  expect(map.classes[1]!.colour).toBe("#01ff10");
  expect(labelMapOf(answer).classes.every(({ colour }) => /^#[0-9a-f]{6}$/.test(colour))).toBe(true);
  expect(JSON.stringify(geoJson(map))).toContain(answer.classes[answer.labels[0]!]);
});
