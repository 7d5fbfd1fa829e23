import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { chartName, roundStep } from "../../src/reporting/charts/frame.ts";
import { farOff } from "../../src/reporting/charts/outliers.ts";
import { densest } from "../../src/reporting/charts/densest.ts";
import { inkOn, lighter, methodLook } from "../../src/reporting/charts/palette.ts";
import { placeLabels } from "../../src/reporting/charts/place_labels.ts";
import { jsonText } from "../../src/reporting/json_text.ts";
import { code, plain } from "../../src/reporting/markdown.ts";
import { count, degrees, fixed, measure, percent, signed } from "../../src/reporting/numbers.ts";
import { writePerUser } from "../../src/reporting/per_user.ts";
import { regionMap } from "../../src/reporting/region_map.ts";

describe("numbers", () => {
  it("have thin separators, real minus signs and fixed digits", () => {
    assert.deepEqual([0, 999, 1000, 1234567, -4321, 1155.5].map(count), [
      "0",
      "999",
      "1\u202f000",
      "1\u202f234\u202f567",
      "−4\u202f321",
      "1\u202f155.5",
    ]);
    assert.deepEqual([.09119, 1, 0].map(measure), ["0.0912", "1.0000", "0.0000"]);
    assert.deepEqual([.0033, -.0126, 0, -.00001].map((value) => signed(value)), [
      "+0.0033",
      "−0.0126",
      "0.0000",
      "0.0000",
    ]);
    assert.deepEqual([degrees(Math.PI / 2), percent(.425), fixed(-.04, 1)], ["90.0°", "43\u202f%", "0.0"]);
  });
});

describe("plain()", () => {
  it("never leaves a line break, a control character, a bare angle bracket, bar or address", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = plain(text);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      assert.doesNotMatch(shown.replace(/\\./gu, ""), /[<>|`*_[\]]/);
      assert.doesNotMatch(shown, /:\/\//);
    }));
  });
});

describe("code()", () => {
  it("is fenced by more backticks than it holds", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("`", "a", "|", " ") }), (text) => {
      const shown = code(text);
      if (text.trim() === "") return assert.equal(shown, "");
      const fence = /^`+/.exec(shown)?.[0] ?? "";
      const inner = shown.slice(fence.length, -fence.length);
      assert.ok(!inner.split(/[^`]+/).includes(fence));
      assert.doesNotMatch(inner, /(?<!\\)\|/);
    }));
  });
});

describe("jsonText()", () => {
  it("is JSON for the same value", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) => assert.deepEqual(JSON.parse(jsonText(value)), JSON.parse(JSON.stringify(value))),
      ),
    );
  });
});

describe("chartName()", () => {
  it("is one line of at most 26 letters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), (name) => {
      assert.ok([...chartName(name)].length <= 26);
      assert.doesNotMatch(chartName(name), /[\p{Cc}\p{Cf}]/u);
    }));
  });
});

describe("roundStep()", () => {
  it("is 1, 2 or 5 times a power of ten, and nothing nearer by ratio than 1.6", () => {
    fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (wanted) => {
      const step = roundStep(wanted);
      assert.match(step.toExponential(6), /^[125]\.0+e/);
      assert.ok(Math.abs(Math.log(step / wanted)) < Math.log(1.6));
    }));
  });
});

describe("palette", () => {
  it("mixes with white and writes in the ink that is read more easily", () => {
    assert.equal(lighter("#d55e00", 0), "#d55e00");
    assert.equal(lighter("#d55e00", 1), "#ffffff");
    assert.equal(inkOn("#0072b2"), "#ffffff");
    assert.equal(inkOn("#f0e442"), "#1f2328");
  });
});

describe("methodLook()", () => {
  const KINDS = ["base", "full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal", "raie"];

  /** Linear RGB as seen with each colour deficiency: Machado, Oliveira and Fernandes (2009), severity 1. */
  const SEEN = {
    "no deficiency": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    protanopia: [[.152286, 1.052583, -.204868], [.114503, .786281, .099216], [-.003882, -.048116, 1.051998]],
    deuteranopia: [[.367322, .860646, -.227968], [.280085, .672501, .047413], [-.011820, .042940, .968881]],
    tritanopia: [[1.255528, -.076749, -.178779], [-.078411, .930809, .147602], [.004733, .691367, .303900]],
  } as const;

  /** CIE L*a*b* (D65) of a colour as somebody sees it. */
  const lab = (colour: string, matrix: readonly (readonly number[])[]) => {
    const linear = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((value) => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4);
    const times = (rows: readonly (readonly number[])[], by: readonly number[]) =>
      rows.map((row) => row.reduce((sum, value, i) => sum + value * by[i]!, 0));
    const seen = times(matrix, linear).map((value) => Math.min(1, Math.max(0, value)));
    const [x = 0, y = 0, z = 0] = times([[.4124, .3576, .1805], [.2126, .7152, .0722], [.0193, .1192, .9505]], seen)
      .map((value, i) => value / [.9505, 1, 1.089][i]!)
      .map((value) => value > .008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };

  for (const [name, matrix] of Object.entries(SEEN)) {
    it(`gives every kind a colour far from all others with ${name}`, () => {
      for (const [i, a] of KINDS.entries()) {
        for (const b of KINDS.slice(i + 1)) {
          const [first, second] = [a, b].map((kind) => lab(methodLook(kind).colour, matrix));
          const distance = Math.hypot(...first!.map((value, k) => value - second![k]!));
          assert.ok(distance > 15, `${a} and ${b} are ${distance.toFixed(1)} apart`);
        }
      }
    });
  }

  it("gives no two kinds one marker, and no two of 30 variants one look", () => {
    const marker = (kind: string) => JSON.stringify([methodLook(kind).marker, methodLook(kind).hollow]);
    assert.equal(new Set(KINDS.map(marker)).size, KINDS.length);
    const looks = Array.from({ length: 30 }, (_, variant) => JSON.stringify(methodLook("raie", variant)));
    assert.equal(new Set(looks).size, 30);
  });
});

describe("methodLook() of variants", () => {
  const KINDS = ["base", "full", "lora", "replay", "lwf", "ewc", "lsat", "mole", "ebpr", "proximal", "raie", "llara"];

  it("gives no two of the first five of any kind both one marker and nearly one colour", () => {
    const looks = KINDS.flatMap((kind) =>
      [0, 1, 2, 3, 4].map((variant) => ({ name: `${kind} ${variant}`, ...methodLook(kind, variant) }))
    );
    const channels = (colour: string) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    for (const [i, a] of looks.entries()) {
      for (const b of looks.slice(i + 1)) {
        const marker = JSON.stringify([a.marker, a.hollow]) === JSON.stringify([b.marker, b.hollow]);
        const other = channels(b.colour);
        const distance = Math.hypot(...channels(a.colour).map((value, at) => value - other[at]!));
        assert.ok(!marker || distance >= 60, `${a.name} and ${b.name} are ${distance.toFixed(0)} apart`);
      }
    }
  });
});

describe("farOff()", () => {
  const at = (value: number) => ({ low: value - .01, high: value + .01 });

  it("leaves out as few as it takes, at one end, and nobody of a few or of an even spread", () => {
    assert.deepEqual([...farOff([.5, .9, .51, .52, .53].map(at))], [1]);
    assert.deepEqual([...farOff([.1, .5, .51, .52, .53, .54, .55, .11].map(at))].sort(), [0, 7]);
    assert.deepEqual([...farOff([.5, .9, .51].map(at))], []);
    assert.deepEqual([...farOff([.1, .2, .3, .4, .5, .6].map(at))], []);
    assert.deepEqual([...farOff([])], []);
  });
});

describe("densest()", () => {
  const point = fc.record({ x: fc.integer({ min: -9, max: 9 }), y: fc.integer({ min: -9, max: 9 }) });

  it("is one of the points, and none of the others has more of them near it", () => {
    fc.assert(fc.property(fc.array(point, { minLength: 1, maxLength: 20 }), fc.nat(5), (points, reach) => {
      const near = (from: { x: number; y: number }) =>
        points.filter(({ x, y }) => (x - from.x) ** 2 + (y - from.y) ** 2 <= reach ** 2).length;
      const found = densest(points, reach);
      assert.ok(points.includes(found));
      assert.equal(near(found), Math.max(...points.map(near)));
    }));
  });

  it("lies in the largest of three places, not between them", () => {
    const line = (x: number, count: number) => Array.from({ length: count }, (_, y) => ({ x, y: y / 10 }));
    assert.equal(densest([...line(50, 3), ...line(0, 6), ...line(100, 5)], 2).x, 0);
  });
});

describe("placeLabels()", () => {
  it("puts two names of one place apart, inside the area", () => {
    const area = { left: 0, right: 400, top: 0, bottom: 300 };
    const [a, b] = placeLabels([{ x: 390, y: 10, width: 60 }, { x: 390, y: 10, width: 60 }], area);
    assert.ok(a !== undefined && b !== undefined);
    for (const { x, y } of [a, b]) assert.ok(x >= 0 && x + 60 <= 400 && y >= 9 && y <= 291);
    assert.ok(Math.abs(a.y - b.y) >= 18 || Math.abs(a.x - b.x) >= 60);
  });
});

describe("regionMap()", () => {
  const groups = Array.from(
    { length: 90 },
    (_, i) => Array.from({ length: 8 }, (_, j) => Number(j === i % 3) + .05 * Math.sin(7 * i + j)),
  );

  it("keeps groups together that lie together", () => {
    const { x, y } = regionMap(groups, 1);
    const centre = (group: number) => {
      const own = x.map((_, i) => i).filter((i) => i % 3 === group);
      return [
        own.reduce((sum, i) => sum + x[i]!, 0) / own.length,
        own.reduce((sum, i) => sum + y[i]!, 0) / own.length,
      ] as const;
    };
    const centres = [0, 1, 2].map(centre);
    x.forEach((_, i) => {
      const distances = centres.map(([cx, cy]) => Math.hypot(x[i]! - cx, y[i]! - cy));
      assert.equal(distances.indexOf(Math.min(...distances)), i % 3);
    });
    assert.equal(Math.max(...x.map(Math.abs), ...y.map(Math.abs)), 1);
  });

  it("depends on vectors and seed alone", () => {
    assert.deepEqual(regionMap(groups, 5), regionMap(groups, 5));
    assert.notDeepEqual(regionMap(groups, 5), regionMap(groups, 6));
  });

  it("lays out none, few and equal vectors, and refuses numbers that are not finite", () => {
    assert.deepEqual(regionMap([], 1), { x: [], y: [] });
    assert.deepEqual(regionMap([[1, 0], [0, 1], [1, 0]], 1), { x: [-1, 0, 1], y: [0, 0, 0] });
    const { x } = regionMap(Array.from({ length: 12 }, () => Float32Array.of(1, 0)), 1);
    assert.ok(x.every(Number.isFinite));
    assert.throws(() => regionMap([[1], [NaN]], 1), {
      name: "RangeError",
      message: /vector 1 holds a number that is not finite/,
    });
  });
});

describe("writePerUser()", () => {
  it("writes a row a line, as rows come, under the final name only when all are there", async () => {
    const dir = await Deno.makeTempDir();
    try {
      const file = join(dir, "per_user.ndjson");
      const rows = function* () {
        for (let user = 0; user < 2000; user++) {
          assert.ok(![...Deno.readDirSync(dir)].some(({ name }) => name === "per_user.ndjson"));
          yield { user: `u${user}`, "Recall@10": user / 2000, note: "a\nb" };
        }
      };
      await writePerUser(file, rows());
      const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
      assert.equal(lines.length, 2000);
      assert.deepEqual(JSON.parse(lines[1999]!), { user: "u1999", "Recall@10": .9995, note: "a\nb" });
      assert.deepEqual([...Deno.readDirSync(dir)].map(({ name }) => name), ["per_user.ndjson"]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
});
