/**
 * `deno task doctor`: which engines work here and why the others don't, threads, GPU, fonts, data folders, versions.
 * @module
 */
import { diagnose, type Diagnosis, type Place } from "./diagnosis.ts";
import type { Command } from "./types.ts";

/** The command. It ends with 0 whenever some engine works. */
export const command: Command = {
  name: "doctor",
  summary: "say which engines work here, and why the others don't",
  usage: "deno task doctor [--data DIR] [--json]",
  positional: { min: 0, max: 0 },
  options: [
    { name: "data", value: "DIR", summary: "a folder that holds data sets, as given to a run" },
    { name: "json", summary: "one JSON object on standard output" },
  ],
  async run(args) {
    const diagnosis = await diagnose(args.text("data"));
    console.log(args.has("json") ? JSON.stringify(diagnosis) : asText(diagnosis));
    return diagnosis.engine === "none" ? 1 : 0;
  },
};

/** The diagnosis for reading: one column of names, one of findings. */
export function asText(diagnosis: Diagnosis): string {
  const { engine, rungs, versions, threadsSet } = diagnosis;
  const threads = threadsSet === null ? "" : `, TF_NUM_INTRAOP_THREADS=${threadsSet}`;
  return [
    "Engines, best first",
    ...rungs.map(({ rung, works, reason, version, device, threads }) => {
      const finding = works
        ? `works: ${version}, ${device}, ${threads} thread${threads === 1 ? "" : "s"}`
        : `no: ${reason}`;
      return row(`${rung === engine ? "*" : " "} ${rung}`, finding);
    }),
    `  * is what a run takes when it names none.`,
    "",
    "Machine",
    row("  platform", diagnosis.platform),
    row("  processor", `${diagnosis.cores} core${diagnosis.cores === 1 ? "" : "s"}${threads}`),
    row("  GPU", diagnosis.gpu ?? "no NVIDIA GPU found"),
    "",
    "Folders and files",
    row("  font", found(diagnosis.font, "Inter is missing; charts fall back to the machine's fonts. Run deno install")),
    ...diagnosis.data.map((folder, index) => row(index === 0 ? "  data" : "", found(folder, "not there"))),
    row("  cache", found(diagnosis.cache, "not there yet; deno task setup makes it")),
    "",
    "Versions",
    ...Object.entries(versions).map(([name, version]) => row(`  ${name}`, version ?? "not set up")),
  ].join("\n");
}

function row(name: string, finding: string): string {
  return `${name.padEnd(14)} ${finding}`;
}

function found({ path, exists }: Place, otherwise: string): string {
  return exists ? path : `${path} (${otherwise})`;
}
