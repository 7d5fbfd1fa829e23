/**
 * What a search will try, for `deno task plan`.
 * @module
 */
import type { Windows } from "../data/types.ts";
import { settingWords } from "../spec/cell_names.ts";
import type { SearchPlan, Trial } from "../spec/search.ts";

/** Trials of the backbone and of each method, a line each; what follows in a plan is the spec's own settings, which the search may change. */
export function searchLines({ backbones, methods }: SearchPlan, judged?: Windows): string[] {
  const groups = [
    ...(backbones.length > 1 ? [{ label: "the backbone", trials: backbones }] : []),
    ...methods,
  ];
  const trials = groups.reduce((sum, { trials }) => sum + trials.length, 0);
  const on = judged === undefined ? "" : `, judged on ${judged.count} windows of ${new Set(judged.users).size} users`;
  return [
    `Search: ${trials} trials on S and F before anything is judged on T${on}; stages below are those of the spec's own settings`,
    ...groups.flatMap(({ label, trials }) => [
      `  ${label}: ${trials.length} trials`,
      ...trials.map((trial) => `    ${wordsOf(trial)}`),
    ]),
  ];
}

/** The same as data. */
export const searchJson = ({ backbones, methods }: SearchPlan, judged?: Windows) => ({
  windows: judged?.count,
  backbones: backbones.map(settingsOf),
  methods: methods.map(({ label, trials }) => ({ label, trials: trials.map(settingsOf) })),
});

const settingsOf = ({ settings }: Trial<unknown>) =>
  Object.fromEntries(settings.map(({ path, value }) => [path, value]));

const wordsOf = ({ settings }: Trial<unknown>): string =>
  settings.length === 0 ? "as the spec says" : settingWords(settings);
