/**
 * Looking at a picture as a program can: its size, its ink, and the texts written on it.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Plugin } from "chart.js";
import { type Chart, renderPng } from "../../src/reporting/charts/canvas.ts";

/** Pixels that are not white. */
export async function inkedPixels(png: Uint8Array): Promise<{ width: number; height: number; inked: number }> {
  const { createCanvas, loadImage } = await import("canvas");
  const image = await loadImage(Buffer.from(png));
  const { width, height } = image;
  const pen = createCanvas(width, height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  let inked = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i]! + data[i + 1]! + data[i + 2]! < 3 * 250) inked++;
  return { width, height, inked };
}

/** A text with the box it covers, in pixels of the picture. */
export interface WrittenText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Pen = import("canvas").SKRSContext2D;

/** Notes every text a pen writes from now on. */
export function recordTexts(context: unknown, texts: WrittenText[]): void {
  const pen = context as Pen;
  const write = pen.fillText.bind(pen);
  pen.fillText = (text: string, x: number, y: number, limit?: number) => {
    if (text.trim() !== "") texts.push({ text, ...boxOf(pen, text, x, y) });
    return limit === undefined ? write(text, x, y) : write(text, x, y, limit);
  };
}

function boxOf(pen: Pen, text: string, x: number, y: number): Omit<WrittenText, "text"> {
  const { actualBoundingBoxLeft, actualBoundingBoxRight, actualBoundingBoxAscent, actualBoundingBoxDescent } = pen
    .measureText(text);
  const { a, b, c, d, e, f } = pen.getTransform();
  const corners = [-actualBoundingBoxLeft, actualBoundingBoxRight].flatMap((dx) =>
    [-actualBoundingBoxAscent, actualBoundingBoxDescent].map((
      dy,
    ) => [a * (x + dx) + c * (y + dy) + e, b * (x + dx) + d * (y + dy) + f])
  );
  const [xs, ys] = [corners.map(([x = 0]) => x), corners.map(([, y = 0]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** A chart as a picture, with the texts on it. */
export async function draw(
  { height, configuration }: Chart,
): Promise<{ png: Uint8Array; texts: WrittenText[] }> {
  const texts: WrittenText[] = [];
  const recorder: Plugin = { id: "recorder", beforeInit: ({ ctx }) => recordTexts(ctx, texts) };
  const png = await renderPng({
    height,
    configuration: { ...configuration, plugins: [recorder, ...configuration.plugins ?? []] },
  });
  return { png, texts };
}

/** Fails where a text on a picture covers another. */
export function assertApart(texts: readonly WrittenText[]): void {
  for (const [i, a] of texts.entries()) {
    for (const b of texts.slice(i + 1)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert.ok(apart, `"${a.text}" and "${b.text}" cover each other`);
    }
  }
}
