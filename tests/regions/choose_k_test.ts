/** K by BIC on directions whose number of groups is known. */
import assert from "node:assert/strict";
import { describe, it } from "@std/testing/bdd";
import { stream } from "../../src/engine/random.ts";
import { BUILD_DEFAULTS, chooseK, mixtureBic } from "../../src/regions/mod.ts";
import { axis, clouds } from "./draws.ts";

const options = { ...BUILD_DEFAULTS, restarts: 5, iterations: 50, stream: (k: number) => stream(7, "choice", k) };
/** Groups along the first axes of R^6, some 20 degrees wide. */
const groups = (count: number, each = 80) => clouds(3, Array.from({ length: count }, (_, k) => axis(6, k)), each, .15);

describe("chooseK()", () => {
  it("finds as many regions as there are groups", async () => {
    for (const count of [1, 2, 4]) assert.equal((await chooseK(groups(count), 6, options)).regions.count, count);
  });

  it("tells the BIC of every number tried, and keeps the regions of the highest", async () => {
    const vectors = groups(3);
    const { bic, regions, clustering } = await chooseK(vectors, 5, options);
    assert.equal(bic.length, 5);
    assert.equal(Math.max(...bic), bic[regions.count - 1]);
    assert.equal(await mixtureBic(regions, vectors), bic[regions.count - 1]);
    assert.equal(clustering.count, regions.count);
  });

  it("takes the most allowed where there are more groups, and one region where one is allowed", async () => {
    assert.equal((await chooseK(groups(5), 2, options)).regions.count, 2);
    assert.equal((await chooseK(groups(5), 1, options)).regions.count, 1);
  });

  it("refuses more regions than there are vectors", async () => {
    await assert.rejects(() => chooseK(groups(1, 2), 3, options), RangeError);
  });
});
