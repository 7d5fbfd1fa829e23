/**
 * A few words of WebAssembly, enough to write a kernel of our own: functions of 32-bit integers over one imported memory.
 * Opcodes are those of the WebAssembly core specification, sections 5.4 (instructions) and 5.5 (modules).
 * @module
 */

/** Bytes of instructions. */
export type Code = readonly number[];

/** A function to export: `parameters` integers come first among its locals, then `integers`, then `vectors`. */
export interface KernelFunction {
  readonly name: string;
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 127];
    bytes.push((rest & 127) | 128);
  }
}

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const at = (offset: number): number[] => [2, ...unsigned(offset)];

/** Instructions; those that take operands expect them on the stack, in order. */
export const op = {
  get: (local: number): number[] => [0x20, ...unsigned(local)],
  set: (local: number): number[] => [0x21, ...unsigned(local)],
  tee: (local: number): number[] => [0x22, ...unsigned(local)],
  constant: (value: number): number[] => [0x41, ...signed(value)],
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
  and: [0x71],
  shiftRight: [0x76],
  /** Body runs once, again after each `again(0)` inside. */
  loop: (body: Code): number[] => [0x03, 0x40, ...body, 0x0b],
  /** Jumps to the head of the innermost loop if the top of the stack is not 0. */
  againIf: [0x0d, 0x00],
  /** Runs `then` if the top of the stack is not 0, else `otherwise`. */
  when: (then: Code, otherwise: Code = []): number[] => [0x04, 0x40, ...then, 0x05, ...otherwise, 0x0b],
  /** Four floats at address + offset. */
  load: (offset: number): number[] => [...simd(0x00), ...at(offset)],
  /** One float at address + offset, four times. */
  splat: (offset: number): number[] => [...simd(0x09), ...at(offset)],
  store: (offset: number): number[] => [...simd(0x0b), ...at(offset)],
  zeros: [...simd(0x0c), ...new Array<number>(16).fill(0)],
  vectorMultiply: simd(0xe6),
  vectorAdd: simd(0xe4),
  /** a * b + c, fused where the CPU can (the relaxed SIMD extension). */
  multiplyAdd: simd(0x105),
} as const;

const I32 = 0x7f;
const V128 = 0x7b;

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const text = (name: string): number[] => sized([...new TextEncoder().encode(name)]);
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)];

/** The bytes of a module that imports its memory as `env.memory` and exports the functions. */
export function assemble(functions: readonly KernelFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...list(new Array(parameters).fill([I32])), 0]);
  const bodies = functions.map(({ integers, vectors, body }) => {
    const locals = list([[...unsigned(integers), I32], [...unsigned(vectors), V128]]);
    return sized([...locals, ...body, 0x0b]);
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list([[...text("env"), ...text("memory"), 0x02, 0x00, 0x00]])),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(7, list(functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]))),
    ...section(10, list(bodies)),
  ]);
}
