/**
 * Times the regions of made-up unit vectors in a file, spherical k-means and all, with a spec's default settings:
 * `regions.ts [--rung tensorflow] [--vectors 1000000] [--width 128] [--k 16] [--noise 0.25] [--seed-sample 32768] [--plain]`.
 *
 * Vectors lie around k centres, each coordinate with normal noise: at .25, 2.8 times as long as the centre, clouds overlap in every direction but
 * k-means can tell them apart; at .1 restarts that cut a cloud in two converge slowly. Prints seconds, those of
 * computing on all threads, and the process's peak as JSON.
 * @module
 */
import { openEngine } from "../../src/engine/open.ts";
import { stream } from "../../src/engine/random.ts";
import { rowProducts } from "../../src/engine/row_products.ts";
import type { Rung } from "../../src/engine/types.ts";
import { openVectors, writeVectors } from "../../src/pipeline/vectors_file.ts";
import { buildRegions, sphericalKMeans, unitVectors } from "../../src/regions/mod.ts";
import { SEED_SAMPLE } from "../../src/spec/region_types.ts";
import { argument, computingSeconds, peakBytes } from "./measure.ts";

const count = Number(argument("vectors", "1000000"));
const width = Number(argument("width", "128"));
const k = Number(argument("k", "16"));
const noise = Number(argument("noise", "0.25"));
const seedSample = Number(argument("seed-sample", `${SEED_SAMPLE}`));

/** Vectors in blocks, so that they are never all in memory. */
function* made(): Generator<Float32Array> {
  const draws = stream(1, "bench vectors");
  const centres = Float32Array.from({ length: k * width }, () => draws.normal());
  const units = unitVectors(centres, width).values;
  for (let from = 0; from < count; from += 10_000) {
    const values = new Float32Array(Math.min(10_000, count - from) * width);
    draws.fillNormal(values);
    values.forEach((value, at) => {
      const row = from + Math.floor(at / width);
      values[at] = units[(row % k) * width + at % width]! + noise * value;
    });
    yield unitVectors(values, width).values;
  }
}

const folder = await Deno.makeTempDir();
try {
  const file = `${folder}/vectors.safetensors`;
  await writeVectors(file, count, width, ReadableStream.from(made()));
  const vectors = await openVectors(file, count, width);
  const engine = await openEngine(argument("rung", "tensorflow") as Rung);
  const products = rowProducts(engine);
  const computed = computingSeconds();
  const start = performance.now();
  const clustering = await sphericalKMeans(vectors, k, {
    ...{ restarts: 10, iterations: 100, seedSample, stream: stream(1, "regions") },
    ...(!Deno.args.includes("--plain") && { products }),
  });
  const clustered = performance.now();
  await buildRegions(vectors, clustering);
  const built = performance.now();
  const computing = computingSeconds() - computed;
  const rounded = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
  console.log(JSON.stringify({
    what: `regions of ${count} vectors of width ${width}, K=${k}, ${engine.rung} rung`,
    seconds: rounded(built - start),
    computing: Math.round(10 * computing) / 10,
    building: rounded(built - clustered),
    iterations: clustering.iterations,
    meanCosine: clustering.objective / count,
    gigabytes: Math.round(peakBytes() / 1e7) / 100,
    threads: engine.threads,
  }));
  vectors.close();
  products.dispose();
  engine.close();
} finally {
  await Deno.remove(folder, { recursive: true });
}
