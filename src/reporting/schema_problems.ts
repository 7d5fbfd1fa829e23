/**
 * What is wrong with a file that has a published schema, in sentences (ajv, draft 2020-12, strict).
 * @module
 */
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";

/** Complaints shown at once; a file of another kind would give hundreds. */
const SHOWN = 5;

/** A check that compiles its schema when it is first asked. The sentences name the place; at most five, and a count of the others. */
export function schemaCheck(schema: object): (value: unknown) => string[] {
  let compiled: ((value: unknown) => readonly ErrorObject[]) | undefined;
  return (value) => {
    if (compiled === undefined) {
      const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
      compiled = (candidate) => validate(candidate) ? [] : validate.errors ?? [];
    }
    const errors = compiled(value);
    const shown = errors.slice(0, SHOWN).map(sentence);
    return errors.length > SHOWN ? [...shown, `and ${errors.length - SHOWN} more`] : shown;
  };
}

function sentence({ instancePath, message, params }: ErrorObject): string {
  const unknown = "additionalProperty" in params ? ` ("${params.additionalProperty}")` : "";
  const wanted = "allowedValue" in params ? ` (${JSON.stringify(params.allowedValue)})` : "";
  return `${instancePath === "" ? "the whole" : instancePath}: ${message ?? "is wrong"}${unknown}${wanted}`;
}
