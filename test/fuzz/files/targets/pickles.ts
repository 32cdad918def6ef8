import { readFileSync } from "node:fs";
import { openFolder } from "../../../../src/model/open-folder.ts";
import { readPickleCheckpoint } from "../../../../src/runtime/checkpoints/pickle-checkpoint.ts";
import { readStoredTensor } from "../../../../src/runtime/checkpoints/stored-tensor.ts";
import { readStoredZip } from "../../../../src/runtime/checkpoints/stored-zip.ts";
import { readTorchStateDict } from "../../../../src/runtime/checkpoints/torch-state-dict.ts";
import {
  pickleBytes,
  pickleDict,
  pickleFile,
  pickleGlobal,
  pickleInt,
  pickleTensor,
  pickleText,
  zipOf,
} from "../../../runtime/torch-zip.ts";
import { editedBytes } from "../edited-bytes.ts";
import type { HostileTarget } from "../hostile-target.ts";
import { memoryFile, memoryFolder } from "../memory-folder.ts";

const tensor = (shape: readonly number[], strides: readonly number[]) =>
  pickleTensor({ key: "0", numel: 6, shape, strides });

const STATE = pickleDict({ "a.weight": tensor([2, 3], [3, 1]), "a.turned": tensor([3, 2], [1, 3]), b: tensor([], []) });
const PICKLE = new Uint8Array(pickleFile(STATE));
/** What a reader of pickles should never do: call something of the system. */
const EVIL = new Uint8Array(
  pickleFile(pickleBytes(pickleGlobal("posix", "system"), pickleText("touch /tmp/pwned"), 0x85, "R")),
);
/** Opcodes that the other two have not. */
const OTHERS = new Uint8Array(
  pickleFile(
    pickleBytes("]", "q", 1, "(", pickleInt(1), 0x8a, 2, 1, 2, "2", "e", "h", 1, "}", "N", pickleInt(2), "s", "0", "a"),
  ),
);

/** The machine alone. */
export const pickleTarget: HostileTarget = {
  name: "pickle",
  share: 0.25,
  inputs: editedBytes([PICKLE, EVIL, OTHERS]),
  read: (bytes) => readTorchStateDict(bytes, "data.pkl"),
};

const STORAGE = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
const ZIP = await zipOf([
  ["model/data.pkl", PICKLE],
  ["model/byteorder", new TextEncoder().encode("little")],
  ["model/data/0", STORAGE],
]);

/** The zip around it, then every tensor. */
export const torchZipTarget: HostileTarget = {
  name: "pytorch_model.bin",
  share: 0.05,
  inputs: editedBytes([ZIP]),
  async read(bytes) {
    const tensors = await readPickleCheckpoint(memoryFile("pytorch_model.bin", bytes));
    for (const found of tensors.values()) await readStoredTensor(found);
  },
};

/** A small model in the paper's layout, and where in it the pickle lies, which says all but the numbers. */
const PAPER = new Uint8Array(readFileSync("test/fixtures/cases/paper-vit-seg/dpt_large-ade20k-tiny.pt"));
const PAPER_PICKLE = await pickleIn(PAPER);
const AT = Buffer.from(PAPER.buffer).indexOf(PAPER_PICKLE);

async function pickleIn(zip: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const members = await readStoredZip(memoryFile("dpt.pt", zip));
  const [, pickle] = [...members].find(([name]) => name.endsWith("/data.pkl"))!;
  return pickle.read(0, pickle.size);
}

/** A release of the paper, whose pickle is changed: what config.json would say is read off names and shapes. */
export const paperTarget: HostileTarget = {
  name: "paper's .pt",
  share: 0.02,
  inputs: editedBytes([PAPER_PICKLE]),
  read(pickle) {
    const bytes = PAPER.slice();
    bytes.set(pickle.subarray(0, PAPER_PICKLE.length), AT);
    return openFolder(memoryFolder({ "dpt_large-ade20k.pt": bytes }));
  },
};
