/** Test doubles with the place of @std/testing/mock, over what Deno has built in. */
export { mock } from "node:test";
