/** `describe`, `it` and hooks with the names of @std/testing/bdd, over what Deno has built in. */
export { after as afterAll, afterEach, before as beforeAll, beforeEach, describe, it } from "node:test";
