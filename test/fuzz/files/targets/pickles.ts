import { openFolder } from "../../../../src/model/open-folder.ts";
import { readPickleCheckpoint } from "../../../../src/runtime/pickle-checkpoint.ts";
import { readStoredTensor } from "../../../../src/runtime/stored-tensor.ts";
import { readTorchStateDict } from "../../../../src/runtime/torch-state-dict.ts";
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

const PAPER = await zipOf([
  [
    "archive/data.pkl",
    pickleFile(
      pickleDict({
        "scratch.refinenet1.resConfUnit1.conv1.weight": tensor([1, 1, 1, 1], [1, 1, 1, 1]),
        "scratch.layer1_rn.weight": tensor([1, 1, 1, 1], [1, 1, 1, 1]),
        "pretrained.model.pos_embed": tensor([1, 2, 1], [1, 1, 1]),
        "pretrained.model.blocks.0.mlp.fc1.weight": tensor([2, 3], [3, 1]),
        "pretrained.model.patch_embed.backbone.stages.0.blocks.0.conv3.weight": tensor([1, 1, 1, 1], [1, 1, 1, 1]),
      }),
    ),
  ],
  ["archive/data/0", STORAGE],
]);

/** A release of the paper: what config.json would say is read off names and shapes. */
export const paperTarget: HostileTarget = {
  name: "paper's .pt",
  share: 0.02,
  inputs: editedBytes([PAPER]),
  read: (bytes) => openFolder(memoryFolder({ "dpt.pt": bytes })),
};
