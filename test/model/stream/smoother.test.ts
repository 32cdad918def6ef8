import { expect, test } from "vitest";
import { Smoother } from "../../../src/model/stream/smoother.ts";
import { randomStream } from "../../random.ts";

test("numbers are averaged exponentially, pixel by pixel, in place", () => {
  const smoother = new Smoother(0.75);
  const frames = [
    [1, 8],
    [5, 0],
    [5, 4],
  ].map((values) => Float32Array.from(values));
  for (const frame of frames) smoother.numbers(frame);
  expect(frames).toEqual([Float32Array.of(1, 8), Float32Array.of(2, 6), Float32Array.of(2.75, 5.5)]);
});

test("of two classes a label is that of the averaged votes", () => {
  const share = 0.7;
  const next = randomStream(3);
  const smoother = new Smoother(share);
  const pixels = 50;
  let votes: number[] | undefined;
  let kept = 0;
  for (let frame = 0; frame < 40; frame++) {
    const raw = Uint8Array.from({ length: pixels }, () => (next() < 0.5 ? 3 : 200));
    // The share of class 200 among the votes so far.
    votes = Array.from(raw, (label, i) => {
      const vote = label === 200 ? 1 : 0;
      return votes ? share * votes[i]! + (1 - share) * vote : vote;
    });
    const labels = raw.slice();
    smoother.labels(labels);
    expect([...labels]).toEqual(votes.map((vote) => (vote > 0.5 ? 200 : 3)));
    kept += labels.filter((label, i) => label !== raw[i]).length;
  }
  expect(kept).toBeGreaterThan(100);
});

test("a third class wins when it stays", () => {
  const smoother = new Smoother(0.5);
  const seen: number[] = [];
  for (const label of [1, 1, 2, 3, 3, 3]) {
    const labels = Uint16Array.of(label);
    smoother.labels(labels);
    seen.push(labels[0]!);
  }
  expect(seen).toEqual([1, 1, 1, 3, 3, 3]);
});

test("another size begins anew", () => {
  const smoother = new Smoother(0.9);
  smoother.numbers(Float32Array.of(1, 1));
  smoother.labels(Uint8Array.of(1, 1));
  const [numbers, labels] = [Float32Array.of(7), Uint8Array.of(7)];
  smoother.numbers(numbers);
  smoother.labels(labels);
  expect([numbers[0], labels[0]]).toEqual([7, 7]);
});
