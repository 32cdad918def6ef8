import { describe, expect, test } from "vitest";
import { unpickle } from "../../../src/runtime/checkpoints/pickle.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { pickleBytes, pickleDict, pickleFile, pickleGlobal, pickleInt, pickleText, uint32 } from "../torch-zip.ts";

const options = {
  where: "data.pkl",
  globals: [{ pythonName: "torch.FloatStorage" }, { pythonName: "m.f", call: (args: readonly unknown[]) => [...args] }],
  persistentLoad: (id: unknown) => ({ id }),
};
const read = (bytes: Uint8Array) => unpickle(bytes, options);
const readBody = (...body: (number | string | Uint8Array)[]) => read(pickleBytes(0x80, 2, ...body, "."));

/** What python3 -c "import pickle; pickle.dumps(...)" printed. */
const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16));

describe("values", () => {
  const value = new Map<string, unknown>([
    ["i", [0, 255, 65535, -1, 2 ** 31, -(2 ** 40), 2n ** 64n]],
    ["f", 0.1],
    ["b", [true, false, null]],
    ["t", [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]],
    ["s", ["", "é\u{1f600}"]],
  ]);
  test.each([
    [
      2,
      "80027d71002858010000006971015d7102284b004bff4dffff4affffffff8a0500000080008a060000000000ff8a09000000000000000001655801000000667103473fb999999999999a580100000062710488894e87710558010000007471065d710728294b018571084b014b028671094b014b024b0387710a284b014b024b034b0474710b65580100000073710c5d710d285800000000710e5806000000c3a9f09f9880710f65752e",
    ],
    [
      3,
      "80037d71002858010000006971015d7102284b004bff4dffff4affffffff8a0500000080008a060000000000ff8a09000000000000000001655801000000667103473fb999999999999a580100000062710488894e87710558010000007471065d710728294b018571084b014b028671094b014b024b0387710a284b014b024b034b0474710b65580100000073710c5d710d285800000000710e5806000000c3a9f09f9880710f65752e",
    ],
    [
      4,
      "80049583000000000000007d94288c0169945d94284b004bff4dffff4affffffff8a0500000080008a060000000000ff8a09000000000000000001658c016694473fb999999999999a8c01629488894e87948c0174945d9428294b0185944b014b0286944b014b024b038794284b014b024b034b047494658c0173945d94288c00948c06c3a9f09f98809465752e",
    ],
    [
      5,
      "80059583000000000000007d94288c0169945d94284b004bff4dffff4affffffff8a0500000080008a060000000000ff8a09000000000000000001658c016694473fb999999999999a8c01629488894e87948c0174945d9428294b0185944b014b0286944b014b024b038794284b014b024b034b047494658c0173945d94288c00948c06c3a9f09f98809465752e",
    ],
  ])("what Python pickles with protocol %i", (_, hex) => {
    expect(read(fromHex(hex))).toEqual(value);
  });

  test("long text and long memo numbers", () => {
    const long = "x".repeat(300);
    const length8 = pickleBytes(uint32(300), uint32(0));
    expect(readBody(0x8d, length8, long, "r", uint32(70000), "0j", uint32(70000))).toBe(long);
  });

  test("the stack's own opcodes: DUP, POP, POP_MARK, APPEND, SETITEM", () => {
    expect(readBody("]", pickleInt(1), "2", "0", "a", "(", pickleInt(2), "1", pickleInt(3), "a")).toEqual([1, 3]);
    expect(readBody("}", pickleText("a"), pickleInt(1), "s")).toEqual(new Map([["a", 1]]));
  });

  test("persistent ids, calls of known globals, attributes of dicts", () => {
    expect(readBody(pickleText("id"), "Q")).toEqual({ id: "id" });
    expect(readBody(pickleGlobal("m", "f"), pickleInt(5), 0x85, "R")).toEqual([5]);
    expect(readBody("}", "}", "b")).toEqual(new Map());
  });

  test("a list in itself", () => {
    const list = readBody("]q", 0, "h", 0, "a");
    expect(Array.isArray(list) && list[0] === list).toBe(true);
  });
});

describe("refusals", () => {
  // os.system("touch /tmp/pwned") in all ways that pickle knows.
  const system = pickleGlobal("posix", "system");
  const command = pickleText("touch /tmp/pwned");
  test.each<[string, Uint8Array, RegExp]>([
    [
      "os.system by GLOBAL and REDUCE",
      pickleFile(pickleBytes(system, command, 0x85, "R")),
      /"posix.system".*Nothing was run/,
    ],
    ["os.system by STACK_GLOBAL", pickleFile(pickleBytes(pickleText("os"), pickleText("system"), 0x93)), /"os.system"/],
    ["os.system by INST", pickleFile(pickleBytes("(", command, "iposix\nsystem\n")), /opcode 0x69/],
    ["os.system by OBJ", pickleFile(pickleBytes("(", system, command, "o")), /"posix.system"/],
    ["an object by NEWOBJ", pickleFile(pickleBytes(pickleGlobal("m", "f"), ")", 0x81)), /opcode 0x81 at byte 8/],
    ["an extension code", pickleFile(pickleBytes(0x82, 1)), /opcode 0x82/],
    ["a global of objects' prototypes", pickleFile(pickleGlobal("constructor", "constructor")), /"constructor.const/],
    ["a global named by lists", pickleFile(pickleBytes("]]", 0x93)), /names of a global/],
    [
      "a call of a class",
      pickleFile(pickleBytes(pickleGlobal("torch", "FloatStorage"), ")R")),
      /call of torch.FloatStorage/,
    ],
    ["a call of text", pickleFile(pickleBytes(command, ")R")), /call of "touch/],
    [
      "a call with a dict",
      pickleFile(pickleBytes(pickleGlobal("m", "f"), "}R")),
      /tuple of arguments, got a dict of 0/,
    ],
    ["attributes of a list", pickleFile(pickleBytes("]}b")), /BUILD\) of a list/],
    ["attributes that are a tuple", pickleFile(pickleBytes("}(tb")), /BUILD\) of a dict/],
    ["protocol 0", pickleBytes("I1\n."), /opcode 0x49 at byte 0/],
    ["protocol 6", pickleBytes(0x80, 6, "N."), /protocol 2 to 5, got 6/],
    ["an empty file", new Uint8Array(0), /whole pickle/],
    ["no STOP", pickleBytes(0x80, 2, "N"), /whole pickle/],
    ["a number cut short", pickleBytes(0x80, 2, "J", 1), /whole pickle/],
    ["text cut short", pickleBytes(0x80, 2, "X", uint32(2 ** 32 - 1), "abc"), /whole pickle/],
    ["text of 2^63 bytes", pickleBytes(0x80, 2, 0x8d, uint32(0), uint32(2 ** 31), "abc."), /whole pickle/],
    ["a global without its line's end", pickleBytes(0x80, 2, "cposix"), /end of it/],
    ["STOP on an empty stack", pickleFile(new Uint8Array(0)), /empty stack/],
    ["a tuple of more than there is", pickleFile(pickleBytes("N", 0x87)), /empty stack/],
    ["values below a mark", pickleFile(pickleBytes("NN(0")), /empty stack/],
    ["a tuple without mark", pickleFile(pickleBytes("t")), /mark on the stack/],
    ["an append to a dict", pickleFile(pickleBytes("}Na")), /list to append to, got a dict/],
    ["items of a list", pickleFile(pickleBytes("](NNu")), /dict to put items into, got a list/],
    ["a key without value", pickleFile(pickleBytes("}(Nu")), /key without/],
    ["a memo that was not stored", pickleFile(pickleBytes("h", 9)), /memo that was stored, got number 9/],
    ["storing nothing", pickleFile(pickleBytes("q", 0)), /empty stack/],
    [
      "endless opcodes",
      new Uint8Array(3_000_000).fill("N".charCodeAt(0)).fill(0x80, 0, 1).fill(2, 1, 2),
      /opcodes, got more/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(FileError);
    expect(() => read(bytes)).toThrow(message);
  });

  test("lists of lists of lists, doubled 60 times, cost 60 lists", () => {
    const doubled = Array.from({ length: 60 }, () => pickleBytes("q", 0, "]h", 0, "ah", 0, "a"));
    expect(readBody("]", ...doubled)).toHaveLength(2);
    expect(() => readBody("]", ...doubled, "}b")).toThrow(/BUILD\) of a list or tuple of 2/);
  });
});

test("pickleDict, of which the other tests are built, is what Python writes", () => {
  expect(read(pickleFile(pickleDict({ a: pickleInt(-5) })))).toEqual(new Map([["a", -5]]));
});
