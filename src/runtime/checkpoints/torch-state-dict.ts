import { FileError } from "../errors.ts";
import { bytesPerElement, type StoredDType } from "../floats.ts";
import { quote } from "../quote.ts";
import { describePickled } from "./describe-pickled.ts";
import { type PickleGlobal, unpickle } from "./pickle.ts";
import { byteLengthOf } from "./stored-tensor.ts";

/** One block of memory that tensors are views of; `data/KEY` in the zip. */
export class TorchStorage {
  readonly dtype: StoredDType;
  readonly key: string;
  /** Elements. */
  readonly length: number;

  constructor(dtype: StoredDType, key: string, length: number) {
    this.dtype = dtype;
    this.key = key;
    this.length = length;
  }
}

/** A view of a storage; `offset` and `strides` count elements and stay inside it. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const STORAGE_CLASSES: ReadonlyMap<string, StoredDType> = new Map([
  ["torch.DoubleStorage", "F64"],
  ["torch.FloatStorage", "F32"],
  ["torch.HalfStorage", "F16"],
  ["torch.BFloat16Storage", "BF16"],
  ["torch.LongStorage", "I64"],
  ["torch.IntStorage", "I32"],
  ["torch.ShortStorage", "I16"],
  ["torch.CharStorage", "I8"],
  ["torch.ByteStorage", "U8"],
  ["torch.BoolStorage", "BOOL"],
]);

/** PyTorch's own limit. A longer shape that many tensors share would be copied for each of them. */
const MAX_AXES = 64;

/** Keys under which training scripts put the state dict beside their optimizer. */
const WRAPPERS = ["state_dict", "model"];

/**
 * Reads `data.pkl` of `torch.save(model.state_dict(), path)`: names to views of storages, without their data.
 * A state dict may also lie under "state_dict" or "model".
 * @throws FileError unless it is a dict of tensors, each inside its storage.
 */
export function readTorchStateDict(bytes: Uint8Array, where: string): ReadonlyMap<string, TorchTensor> {
  const root = unpickle(bytes, {
    where,
    globals: torchGlobals(where),
    persistentLoad: (id) => readStorageId(where, id),
  });
  const wrapper = root instanceof Map ? WRAPPERS.find((key) => root.get(key) instanceof Map) : undefined;
  const dict: unknown = root instanceof Map && wrapper !== undefined ? root.get(wrapper) : root;
  if (!(dict instanceof Map) || dict.size === 0) {
    throw new FileError(`${where}: want a dict of tensors, got ${describePickled(dict)}. ${SAVE_STATE_DICT}`);
  }
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of dict) {
    if (typeof name !== "string" || !(tensor instanceof TorchTensor)) {
      throw new FileError(
        `${where}: want tensors by name, got ${describePickled(tensor)} under ${describePickled(name)}. ${SAVE_STATE_DICT}`,
      );
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

const SAVE_STATE_DICT = "Save the tensors alone: torch.save(model.state_dict(), path).";

function torchGlobals(where: string): PickleGlobal[] {
  const storages = [...STORAGE_CLASSES.keys()].map((pythonName) => ({ pythonName }));
  const refuse = (pythonName: string, args: readonly unknown[]): FileError =>
    new FileError(`${where}: want the usual arguments of ${pythonName}, got ${args.length} others. ${SAVE_STATE_DICT}`);
  return [
    ...storages,
    {
      pythonName: "collections.OrderedDict",
      call: (args) => {
        if (args.length > 0) throw refuse("collections.OrderedDict", args);
        return new Map();
      },
    },
    {
      pythonName: "torch.Size",
      call: (args) => {
        if (args.length !== 1 || !Array.isArray(args[0])) throw refuse("torch.Size", args);
        return args[0];
      },
    },
    {
      pythonName: "torch._utils._rebuild_tensor_v2",
      // requires_grad, backward_hooks and metadata, which follow, mean nothing to inference.
      call: ([storage, offset, shape, strides]) => rebuildTensor(where, storage, offset, shape, strides),
    },
    {
      pythonName: "torch._utils._rebuild_parameter",
      call: (args) => {
        if (!(args[0] instanceof TorchTensor)) throw refuse("torch._utils._rebuild_parameter", args);
        return args[0];
      },
    },
  ];
}

/** `("storage", torch.FloatStorage, key, device, number of elements)` */
function readStorageId(where: string, id: unknown): TorchStorage {
  if (Array.isArray(id) && id.length === 5) {
    const [kind, type, key, , length] = id as unknown[];
    const pythonName = typeof type === "object" && type !== null && "pythonName" in type ? `${type.pythonName}` : "";
    const dtype = STORAGE_CLASSES.get(pythonName);
    if (kind === "storage" && dtype && typeof key === "string" && isSize(length)) {
      return new TorchStorage(dtype, key, length);
    }
  }
  throw new FileError(
    `${where}: want the storage of a tensor, got ${describePickled(id)} as persistent id. ${SAVE_STATE_DICT}`,
  );
}

function rebuildTensor(
  where: string,
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
): TorchTensor {
  if (
    !(storage instanceof TorchStorage && isSize(offset) && isSizes(shape) && isSizes(strides)) ||
    shape.length !== strides.length
  ) {
    throw new FileError(
      `${where}: want a tensor of storage, offset, size and stride, ` +
        `got ${[storage, offset, shape, strides].map(describePickled).join(", ")}. ${SAVE_STATE_DICT}`,
    );
  }
  const bytes = byteLengthOf(storage.dtype, shape);
  const count = bytes === undefined ? Number.POSITIVE_INFINITY : bytes / bytesPerElement(storage.dtype);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  // A count above the storage's means repeated elements (expand), with which a small file could ask for any memory.
  if (count > storage.length || (count > 0 && last >= storage.length)) {
    throw new FileError(
      `${where}: want a tensor inside its storage ${quote(storage.key)} of ${storage.length} elements, ` +
        `got size ${quote(shape)}, stride ${quote(strides)}, offset ${offset}. Save it after .contiguous().`,
    );
  }
  return new TorchTensor(storage, offset, [...shape], [...strides]);
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= MAX_AXES && value.every(isSize);
}
