/**
 * In which switches a run differs from the `paper` preset.
 * @module
 */
import { canonicalJson } from "./canonical.ts";
import { has, isRecord, type Json } from "./json.ts";
import { namedMethods } from "./control.ts";
import { ADAPTING } from "./method_types.ts";
import { presetLayer } from "./presets.ts";
import { portableSpec } from "./portable.ts";
import { resolveBackbone, resolveLora, resolveOwn, resolveRegions } from "./resolve_models.ts";
import { definition, SCHEMA, withDefaults } from "./schema.ts";
import type { BackboneSpec, Difference, MethodSpec, ResolvedSpec } from "./types.ts";

/**
 * Every switch that differs from what `paper` says for the same subject. The subject (name, data set, methods, seeds, engine)
 * and what changes no result (the report, the evaluation's batch) do not count; a setting that follows another (`ffn` follows
 * `hidden`) counts only where it does not. Adapters and regions count where a method uses them; what a method says for itself,
 * and what its kind alone has, follows its label in brackets: `[RAIE] regions.k`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSpec } from "./parse.ts";
 * const spec = '{"name":"a","dataset":"b","backbone":{"kind":"sasrec","hidden":64},"methods":["base"]}';
 * assert.deepEqual(differences(parseSpec(spec, "a.json").resolved), [{ path: "backbone.hidden", paper: 128, value: 64 }]);
 * ```
 */
export function differences(resolved: ResolvedSpec): Difference[] {
  const spec = portableSpec(resolved);
  const paper = presetLayer("paper", spec.backbone.kind);
  const top = withDefaults(SCHEMA, {}) as Json;
  const usual = (name: string): Json => isRecord(top) && has(top, name) ? top[name] ?? null : null;
  const found: Difference[] = [
    ...compare("minRating", usual("minRating"), json(spec.minRating)),
    ...compare("windows", usual("windows"), json(spec.windows)),
    ...compare("slices", json({ kind: "fractions", setup: 0.5, finetune: [0.3], test: 0.2 }), json(spec.slices)),
    ...compare("catalogue", usual("catalogue"), spec.catalogue),
    ...compare("retention", usual("retention"), spec.retention),
    ...compare("budget", usual("budget"), spec.budget),
  ];
  const backbone = resolveBackbone({ kind: spec.backbone.kind }, paper, spec.windows.context, "");
  const model = compare("backbone", usualBackbone(backbone, spec.backbone), json(spec.backbone));
  // How a backbone would be trained is no difference where its weights are given.
  const given = spec.backbone.weights !== undefined;
  const passedOver = given ? /^backbone\.(training|mask)\b/ : /^backbone\.(checkpointing|accumulation)$/;
  found.push(...model.filter(({ path }) => !passedOver.test(path)));
  const evaluation = usual("evaluation");
  if (isRecord(evaluation)) {
    found.push(...compare("evaluation.cutoffs", evaluation.cutoffs ?? null, json(spec.evaluation.cutoffs)));
    found.push(...compare("evaluation.ties", evaluation.ties ?? null, spec.evaluation.ties));
  }
  for (const method of namedMethods(spec)) {
    for (const difference of methodDifferences(method, spec.backbone.kind)) {
      const path = !SHARED.has(difference.path.split(".", 1)[0] ?? "") ||
          covers(method.options as Json, difference.path.split("."))
        ? `[${method.label}] ${difference.path}`
        : difference.path;
      if (!found.some((other) => other.path === path)) found.push({ ...difference, path });
    }
  }
  return found;
}

/** The language model of the paper, by the name that its folder has on the Hugging Face Hub or as it is published. */
const PAPERS_CHECKPOINT = "Llama-2-7b-hf";
const isPapers = (folder: string): boolean => /(^|[\\/])llama-2-7b(-hf)?[\\/]*$/i.test(folder);

/** The paper's backbone with what follows from the spec's: `ffn` from `hidden`, and the name of a checkpoint from the folder it lies in. */
function usualBackbone(paper: BackboneSpec, own: BackboneSpec): Json {
  if (own.kind !== "llama") return json({ ...paper, ffn: 4 * own.hidden });
  const { checkpoint } = own;
  const usual = typeof checkpoint === "string" && isPapers(checkpoint) ? checkpoint : PAPERS_CHECKPOINT;
  return json({ ...paper, checkpoint: usual });
}

/** Sections that methods share, and may have changes of their own to. */
const SHARED: ReadonlySet<string> = new Set(["lora", "regions"]);

function methodDifferences(method: MethodSpec, backbone: BackboneSpec["kind"]): Difference[] {
  const paper = presetLayer("paper", backbone);
  const found = fields("", json(resolveOwn(paper, { kind: method.kind }, method.lora)), json(method.own));
  if (!ADAPTING.has(method.kind)) return found;
  found.push(...compare("lora", json(resolveLora(paper, undefined, undefined, backbone)), json(method.lora)));
  if (method.kind !== "raie") return found;
  const regions = resolveRegions(paper, undefined, undefined, method.lora);
  return [...found, ...compare("regions", json(regions), json(method.regions))];
}

/** Whether a method's own options say something at a path, or at something it lies in. */
function covers(options: Json, path: readonly string[]): boolean {
  let here: Json | undefined = options;
  for (const part of path) {
    if (!isRecord(here)) return true;
    if (!has(here, part)) return false;
    here = here[part];
  }
  return true;
}

function compare(path: string, paper: Json, value: Json): Difference[] {
  if (!isRecord(paper) || !isRecord(value)) {
    return canonicalJson(paper) === canonicalJson(value) ? [] : [{ path, paper, value }];
  }
  if (paper.kind === value.kind) return fields(path, paper, value);
  if (path === "slices") return [{ path, paper, value }];
  // Options of another kind are held against that kind's own defaults.
  const name = path.slice(path.lastIndexOf(".") + 1);
  const kind = value.kind ?? null;
  return [
    { path: `${path}.kind`, paper: paper.kind ?? null, value: kind },
    ...fields(path, withDefaults(definition(name), { kind }), value),
  ];
}

function fields(path: string, paper: Json, value: Json): Difference[] {
  if (!isRecord(paper) || !isRecord(value)) return compare(path, paper, value);
  const names = new Set([...Object.keys(paper), ...Object.keys(value)]);
  return [...names].flatMap((name) =>
    compare(
      path === "" ? name : `${path}.${name}`,
      has(paper, name) ? paper[name] ?? null : null,
      has(value, name) ? value[name] ?? null : null,
    )
  );
}

function json(value: unknown): Json {
  return value as Json;
}
