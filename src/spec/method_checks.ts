/**
 * Checks between the fields of methods, adapters and regions.
 * @module
 */
import { type Finding, nothingSeen, written } from "./finding.ts";
import { type JsonRecord, pathOf } from "./json.ts";
import { ownOptions } from "./method_types.ts";
import { nearestName } from "./nearest.ts";
import { allTargets, backboneTargets } from "./projections.ts";
import { seen } from "./shown_text.ts";
import type { BackboneSpec, LoraSpec, MethodSpec, ResolvedSpec } from "./types.ts";
import { listed } from "./wording.ts";

/** Problems of each method: labels, gates, adapted projections. */
export function* methodChecks(raw: JsonRecord, spec: ResolvedSpec): Generator<Finding> {
  yield* labels(spec);
  yield* strides(raw, spec);
  const known = backboneTargets(spec.backbone);
  const { backbone } = spec;
  if (backbone.kind === "llama") yield* targets("/backbone/lora/targets", backbone.lora, backbone.kind, known);
  for (const [index, method] of spec.methods.entries()) {
    yield* gate(raw, method, index);
    yield* mined(spec, method, index);
    yield* pass(raw, method, index);
    const list = written(raw, `/methods/${index}/lora/targets`, "/lora/targets");
    yield* targets(list, method.lora, backbone.kind, known);
  }
}

/** Labels are told apart by what a reader sees of them. */
function* labels(spec: ResolvedSpec): Generator<Finding> {
  const first = new Map<string, number>();
  for (const [index, { label }] of spec.methods.entries()) {
    const pointer = `/methods/${index}/label`;
    const visible = seen(label.normalize("NFC"));
    const same = first.get(visible);
    if (visible === "") yield { pointer, message: nothingSeen(pointer, label), about: [pointer] };
    else if (same === undefined) first.set(visible, index);
    else {
      yield {
        pointer,
        message: `methods.${index}.label must differ from all others: found ${
          JSON.stringify(label)
        }, which is methods.${same} too.`,
        about: ["/methods"],
      };
    }
  }
}

/** Dense windows are cut once for all methods. */
function* strides(raw: JsonRecord, { methods }: ResolvedSpec): Generator<Finding> {
  const raie = [...methods.entries()].filter(([, { kind }]) => kind === "raie");
  for (const [index, { regions }] of raie.slice(1)) {
    const [other, first] = raie[0]!;
    if (regions.stride === first.regions.stride) continue;
    const about = [`/methods/${index}/regions/stride`, `/methods/${other}/regions/stride`, "/regions/stride"];
    const message =
      `regions.stride must be the same for all raie methods: found ${first.regions.stride} for methods.${other} and ` +
      `${regions.stride} for methods.${index}.`;
    yield { pointer: written(raw, ...about), message, about };
  }
}

function* gate(raw: JsonRecord, { regions }: MethodSpec, index: number): Generator<Finding> {
  if (regions.gate.kind !== "confidence" || regions.gate.tLow <= regions.gate.tHigh) return;
  const places = [`/methods/${index}/regions/gate`, "/regions/gate"];
  const pointer = written(raw, ...places.flatMap((place) => [`${place}/tLow`, `${place}/tHigh`]));
  const field = pathOf(pointer).slice(0, -1).join(".");
  yield {
    pointer,
    message: `${field}.tLow must be at most tHigh: found ${regions.gate.tLow} and ${regions.gate.tHigh}.`,
    about: places.flatMap((place) => [`${place}/kind`, `${place}/tLow`, `${place}/tHigh`]),
  };
}

/** What the authors' code does, and no other comparison may: it sees the answers. */
function* mined({ preset }: ResolvedSpec, method: MethodSpec, index: number): Generator<Finding> {
  if (preset === "official" || method.kind !== "ebpr" || ownOptions("ebpr", method).mine === "finetune") return;
  const pointer = `/methods/${index}/mine`;
  const message =
    `methods.${index}.mine "evaluated" is for the preset "official" alone, since it learns from the answers of the rows that are evaluated: found the preset "${preset}"; use "finetune".`;
  yield { pointer, message, about: [pointer, "/preset"] };
}

function* pass(raw: JsonRecord, { lora, regions }: MethodSpec, index: number): Generator<Finding> {
  if (regions.pass !== "together" || lora.itemRows !== "shared") return;
  const about = [
    `/methods/${index}/regions/pass`,
    "/regions/pass",
    `/methods/${index}/lora/itemRows`,
    "/lora/itemRows",
  ];
  const pointer = written(raw, ...about);
  const message =
    'regions.pass "together" needs item rows of each adapter\'s own: found lora.itemRows "shared", which regions change one after the other.';
  yield { pointer, message, about };
}

function* targets(
  list: string,
  lora: Pick<LoraSpec, "targets">,
  kind: BackboneSpec["kind"],
  known: ReadonlySet<string>,
): Generator<Finding> {
  const usual = allTargets(kind);
  for (const [entry, target] of lora.targets.entries()) {
    if (known.has(target)) continue;
    const nearest = nearestName(target, usual);
    const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
    yield {
      pointer: `${list}/${entry}`,
      message: `${pathOf(list).join(".")} must be projections of ${kind}, ${listed(usual, "and")}: found ${
        JSON.stringify(target)
      }.${hint}`,
      about: [list, "/backbone/kind", "/backbone/blocks", "/backbone/checkpoint"],
    };
  }
}
