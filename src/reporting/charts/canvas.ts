/**
 * Draws chart.js configurations as PNG, the same bytes on every machine of one kind: own font, no animation, no system fonts.
 * @module
 */
import { Buffer } from "node:buffer";
import type { ChartConfiguration } from "chart.js";
import type { ChartJSNodeCanvas } from "chartjs-node-canvas";
import { INK } from "./palette.ts";

/** Pixels for each CSS pixel. */
export const PIXEL_RATIO = 2;

/** Width of every chart in CSS pixels: what a code host shows without shrinking. */
export const CHART_WIDTH = 800;

/** Families in the order a letter is looked for: Inter comes in one file for each script. */
export const FONT_FAMILY = "Inter, 'Inter latin-ext', 'Inter greek', 'Inter cyrillic', 'Inter vietnamese'";

const SCRIPTS = ["latin", "latin-ext", "greek", "cyrillic", "vietnamese"];
const WEIGHTS = [400, 600];

/** A chart as data: what chart.js draws and how high it stands, in CSS pixels. */
export interface Chart {
  readonly height: number;
  readonly configuration: ChartConfiguration;
}

/** Draws a chart 800 CSS pixels wide at twice the density. */
export async function renderPng({ height, configuration }: Chart): Promise<Uint8Array> {
  const canvas = await canvasOf(height);
  // chartjs-node-canvas writes into the options it is given; the caller's stay as they are.
  const { options, ...rest } = configuration;
  return new Uint8Array(
    canvas.renderToBufferSync({ ...rest, options: { ...options } } as ChartConfiguration, "image/png"),
  );
}

const canvases = new Map<number, ChartJSNodeCanvas>();

/** One canvas for all charts of a height: each new one loads chart.js again. */
async function canvasOf(height: number): Promise<ChartJSNodeCanvas> {
  const { ChartJSNodeCanvas } = await ready();
  const known = canvases.get(height);
  if (known !== undefined) return known;
  const canvas = new ChartJSNodeCanvas({
    width: CHART_WIDTH,
    height,
    backgroundColour: INK.paper,
    chartCallback: ({ defaults }) => {
      defaults.font.family = FONT_FAMILY;
      defaults.font.size = 13;
      defaults.color = INK.text;
      defaults.devicePixelRatio = PIXEL_RATIO;
      defaults.borderColor = INK.grid;
    },
  });
  canvases.set(height, canvas);
  return canvas;
}

let loading: Promise<typeof import("chartjs-node-canvas")> | undefined;

const ready = () => loading ??= load();

/** Loaded when the first chart is drawn: most commands draw none. */
async function load(): Promise<typeof import("chartjs-node-canvas")> {
  // Read by @napi-rs/canvas while it loads. System fonts would make a picture depend on the machine.
  Deno.env.set("DISABLE_SYSTEM_FONTS_LOAD", "1");
  const { GlobalFonts } = await import("canvas");
  const files = new URL("./files/", import.meta.resolve("@fontsource/inter"));
  for (const script of SCRIPTS) {
    const family = script === "latin" ? "Inter" : `Inter ${script}`;
    for (const weight of WEIGHTS) {
      const bytes = await Deno.readFile(new URL(`inter-${script}-${weight}-normal.woff2`, files));
      if (GlobalFonts.register(Buffer.from(bytes), family) === null) {
        throw new TypeError(`Cannot draw charts: the font ${family} ${weight} of @fontsource/inter is damaged`);
      }
    }
  }
  return await import("chartjs-node-canvas");
}
