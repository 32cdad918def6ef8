import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listedPictures } from "../../../cli/files/listed-pictures.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const list = join(temporaryFolder(), "list.txt");

test.each([
  ["a line each", "a b.png\nö.jpg\n"],
  ["as Windows ends lines", "a b.png\r\n\r\nö.jpg"],
  ["as find -print0", "a b.png\0ö.jpg\0"],
])("pictures of a list come after those that are named: %s", async (_, text) => {
  await writeFile(list, text);
  expect(await listedPictures(["first.png"], list)).toEqual(["first.png", "a b.png", "ö.jpg"]);
});

test("without a list, those that are named or else the street", async () => {
  expect(await listedPictures(["first.png"])).toEqual(["first.png"]);
  expect(await listedPictures([])).toEqual([expect.stringMatching(/street\.png$/)]);
});

test("a list of none is an error", async () => {
  await writeFile(list, "\n");
  await expect(listedPictures(["first.png"], list)).rejects.toThrow(/^--list: want a picture a line in .*, got none\./);
});

test("a list comes in by a pipe", async () => {
  const stderr = await new Promise<string>((resolve) => {
    const node = ["--import", "tsx", "cli/main.ts", "segment", "--list", "-"];
    const child = execFile(process.execPath, node, (_error, _out, text) => resolve(text));
    child.stdin!.end("not there.png\n");
  });
  expect(stderr).toBe("error: not there.png: want a picture, got no such file. Check the path.\n");
});
