import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { networkSize } from "../../../src/model/pictures/network-size.ts";
import { parseProcessor } from "../../../src/model/pictures/processor.ts";
import { FileError, UsageError } from "../../../src/runtime/errors.ts";

describe("parseProcessor", () => {
  test("has the defaults of DPTImageProcessor", () => {
    expect(parseProcessor({})).toEqual({
      doResize: true,
      size: { width: 384, height: 384 },
      resample: 3,
      keepAspectRatio: false,
      ensureMultipleOf: 1,
      doRescale: true,
      rescaleFactor: 1 / 255,
      doNormalize: true,
      imageMean: [0.5, 0.5, 0.5],
      imageStd: [0.5, 0.5, 0.5],
      doPad: false,
      sizeDivisor: null,
      cropSize: null,
      doReduceLabels: false,
      antialias: "pil",
    });
  });

  test("has the defaults of Tipsv2DptImageProcessor", () => {
    const json = { image_processor_type: "Tipsv2DptImageProcessor" };
    const own = { size: { width: 448, height: 448 }, resample: 2, doNormalize: false, antialias: "torchvision" };
    expect(parseProcessor(json)).toEqual({ ...parseProcessor({}), ...own });
    expect(parseProcessor({ ...json, size: 224, resample: 3 })).toMatchObject({ size: { width: 224 }, resample: 3 });
  });

  test("reads a file of the hub", () => {
    const file = new URL(
      "../../fixtures/images/preprocess/keep-aspect-14-imagenet/preprocessor_config.json",
      import.meta.url,
    );
    expect(parseProcessor(JSON.parse(readFileSync(file, "utf8")))).toEqual({
      ...parseProcessor({}),
      size: { width: 98, height: 98 },
      keepAspectRatio: true,
      ensureMultipleOf: 14,
      imageMean: [0.485, 0.456, 0.406],
      imageStd: [0.229, 0.224, 0.225],
    });
  });

  test("reads sizes, means and deviations in all forms in which they are written", () => {
    expect(parseProcessor({ size: [3, 4] }).size).toEqual({ width: 4, height: 3 });
    expect(parseProcessor({ size: 5, default_to_square: true }).size).toEqual({ width: 5, height: 5 });
    expect(parseProcessor({ image_mean: 0, image_std: 2 })).toMatchObject({
      imageMean: [0, 0, 0],
      imageStd: [2, 2, 2],
    });
    const passedOver = { do_convert_rgb: true, input_data_format: null, data_format: "channels_first", crop_size: 7 };
    expect(parseProcessor(passedOver)).toEqual(parseProcessor({}));
    expect(parseProcessor({ do_reduce_labels: true }).doReduceLabels).toBe(true);
    expect(parseProcessor({ do_center_crop: true, crop_size: 7 }).cropSize).toEqual({ width: 7, height: 7 });
  });

  test("torchvision has four filters, which are asked for only where something is resized", () => {
    const filterOf = (resample: number) => parseProcessor({ resample }, "torchvision").resample;
    expect([0, 1, 2, 3].map(filterOf)).toEqual([0, 1, 2, 3]);
    expect(parseProcessor({ resample: 5, do_resize: false }, "torchvision").doResize).toBe(false);
    for (const resample of [4, 5]) expect(() => filterOf(resample)).toThrow(/"resample" to be .* "torchvision"/);
  });

  test("resizes as torchvision for the classes that have no other way, unless the caller says otherwise", () => {
    const antialiasOf = (image_processor_type: string, wanted?: "pil") =>
      parseProcessor({ image_processor_type }, wanted).antialias;
    expect(antialiasOf("DPTImageProcessor")).toBe("pil");
    expect(antialiasOf("DPTImageProcessorFast")).toBe("torchvision");
    expect(antialiasOf("Tipsv2DptImageProcessor")).toBe("torchvision");
    expect(antialiasOf("Tipsv2DptImageProcessor", "pil")).toBe("pil");
  });

  test("knows the class under its other names", () => {
    for (const name of ["DPTImageProcessor", "DPTImageProcessorFast", "DPTImageProcessorPil", "DPTFeatureExtractor"]) {
      expect(parseProcessor({ image_processor_type: name, size: 480 }).size).toEqual({ width: 480, height: 480 });
    }
    expect(parseProcessor({ feature_extractor_type: "DPTFeatureExtractor", size_divisor: null }).doPad).toBe(false);
  });

  test.each([
    [{ image_processor_type: "ViTImageProcessor" }, '"ViTImageProcessor"'],
    [{ feature_extractor_type: "BeitFeatureExtractor" }, '"BeitFeatureExtractor"'],
    [{ size: { shortest_edge: 384 } }, '"size"'],
    [{ size: { height: 384 } }, '"size"'],
    [{ size: { height: 384, width: 0 } }, '"width"'],
    [{ size: "384" }, '"size"'],
    [{ do_resize: 1 }, '"do_resize"'],
    [{ resample: 6 }, '"resample"'],
    [{ resample: "bicubic" }, '"resample"'],
    [{ resample: 2.5 }, '"resample"'],
    [{ ensure_multiple_of: 0 }, '"ensure_multiple_of"'],
    [{ rescale_factor: "1/255" }, '"rescale_factor"'],
    [{ image_mean: [0.5, 0.5] }, '"image_mean"'],
    [{ image_mean: "0.5" }, '"image_mean"'],
    [{ image_std: 0 }, '"image_std"'],
    [{ size: [384] }, '"size"'],
    [{ size: [384, 0.5] }, '"size"'],
    [{ size: { longest_edge: 384 } }, '"size"'],
    [{ size: 384, default_to_square: false }, '"default_to_square"'],
    [{ data_format: "channels_last" }, '"data_format"'],
    [{ do_reduce_labels: "yes" }, '"do_reduce_labels"'],
    [{ image_std: [0.5, 0.5, 0] }, '"image_std"'],
    [{ do_pad: true }, '"size_divisor"'],
    [{ do_pad: true, size_divisor: -14 }, '"size_divisor"'],
    [{ do_center_crop: true }, '"crop_size"'],
    [{ do_center_crop: true, crop_size: { shortest_edge: 3 } }, '"crop_size"'],
    [{ image_processor_type: "DPTImageProcessorPil", do_center_crop: true, crop_size: 9 }, '"do_center_crop"'],
    [[], "JSON object"],
    [null, "JSON object"],
  ])("refuses %j", (json, named) => {
    expect(() => parseProcessor(json)).toThrow(FileError);
    expect(() => parseProcessor(json)).toThrow(named);
  });
});

describe("networkSize", () => {
  const none = { top: 0, left: 0, bottom: 0, right: 0 };

  test("stretches to the size of the file", () => {
    const size = networkSize(parseProcessor({ size: { height: 480, width: 640 } }), { width: 123, height: 45 });
    expect(size).toEqual({ width: 640, height: 480, pad: none });
  });

  test.each([
    // The side whose scale is nearer to 1 decides: here the height (0.81 against 0.61).
    [{ width: 640, height: 480 }, 518, 14, { width: 686, height: 518 }],
    [{ width: 480, height: 640 }, 518, 14, { width: 518, height: 686 }],
    [{ width: 500, height: 375 }, 384, 32, { width: 512, height: 384 }],
    [{ width: 213, height: 120 }, 96, 32, { width: 160, height: 96 }],
    // Scales 1/2 and 3/2 are as far from 1: the height's serves.
    [{ width: 200, height: 67 - 1 }, 100, 1, { width: 100, height: 33 }],
  ])("keeps the aspect ratio of %o at %i", (picture, size, multiple, want) => {
    const processor = parseProcessor({ size, keep_aspect_ratio: true, ensure_multiple_of: multiple });
    expect(networkSize(processor, picture)).toEqual({ ...want, pad: none });
  });

  test("takes the height's scale on a tie", () => {
    const processor = parseProcessor({ size: { height: 150, width: 50 }, keep_aspect_ratio: true });
    expect(networkSize(processor, { width: 100, height: 100 })).toEqual({ width: 150, height: 150, pad: none });
  });

  test("rounds half to even, as Python does", () => {
    const sides = (side: number) =>
      networkSize(parseProcessor({ size: side, ensure_multiple_of: 4 }), { width: 100, height: 100 }).width;
    expect([6, 10, 14, 18, 7, 9].map(sides)).toEqual([8, 8, 16, 16, 8, 8]);
  });

  test("splits padding, the larger half behind, as pad_image does", () => {
    const processor = parseProcessor({ do_resize: false, do_pad: true, size_divisor: 16 });
    expect(networkSize(processor, { width: 91, height: 70 })).toEqual({
      width: 96,
      height: 80,
      pad: { top: 5, bottom: 5, left: 2, right: 3 },
    });
    expect(networkSize(processor, { width: 32, height: 16 }).pad).toEqual(none);
  });

  test("can be told another size, which does not keep the aspect ratio", () => {
    const processor = parseProcessor({ size: 518, keep_aspect_ratio: true, ensure_multiple_of: 14 });
    const picture = { width: 640, height: 480 };
    expect(networkSize(processor, picture, { width: 280, height: 400 })).toEqual({
      width: 280,
      height: 406,
      pad: none,
    });
    expect(networkSize(processor, picture, "native")).toEqual({ width: 644, height: 476, pad: none });
    const unresized = parseProcessor({ do_resize: false, do_pad: true, size_divisor: 14 });
    expect(networkSize(unresized, picture, "native")).toMatchObject({ width: 644, height: 490 });
  });

  test("refuses a picture of which nothing is left", () => {
    const processor = parseProcessor({ size: 384, keep_aspect_ratio: true, ensure_multiple_of: 32 });
    const squeeze = () => networkSize(processor, { width: 20000, height: 3 }, { width: 384, height: 3 });
    expect(squeeze).toThrow(UsageError);
    expect(squeeze).toThrow("picture 20000x3: want sides that round to at least 32, got 384x0 for the network");
  });

  test.each([
    { width: 0, height: 5 },
    { width: 5, height: 2.5 },
    { width: Number.NaN, height: 5 },
  ])("refuses %o", (size) => {
    expect(() => networkSize(parseProcessor({}), size)).toThrow(UsageError);
    expect(() => networkSize(parseProcessor({}), { width: 5, height: 5 }, size)).toThrow(UsageError);
  });
});
