/**
 * WebAssembly out of a package, loaded when it is first needed and without an `await`, since the broker's core has none.
 *
 * Only the `.wasm` file is taken from the package, not its script: so one can make the instance anew, which is what must be
 * done after a trap (its stack pointer and its heap are then no longer to be trusted) and after an input so big that the
 * memory, which never shrinks, should be given back.
 */

/** Linear memory, as far as it is used here. */
export interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
/** Compiled code. */
export interface Module {
  readonly [Symbol.toStringTag]: string
}
interface WebAssembly {
  readonly Module: new (bytes: Uint8Array) => Module
  readonly Instance: new (module: Module, imports?: object) => { readonly exports: unknown }
  readonly RuntimeError: new (message?: string) => Error
}
// TypeScript declares it with the browser's things only, and those should not be at hand.
const { Module, Instance, RuntimeError } = (globalThis as unknown as { readonly WebAssembly: WebAssembly }).WebAssembly

/** What a module throws that gives up. */
export const Trap = RuntimeError

/** The exports of a new instance; `E` is what the caller knows them to be. */
export const instantiate = <E>(module: Module, imports?: object): E => new Instance(module, imports).exports as E

/** More memory than this is not kept from one call to the next. */
const KEEP_BYTES = 32 << 20

/** Reads a file that is part of the program, as loading a module does: not a file of the user's. */
function programFile(packageName: string, file: string): Uint8Array<ArrayBuffer> {
  const { readFileSync } = process.getBuiltinModule('node:fs')
  const { createRequire } = process.getBuiltinModule('node:module')
  try {
    return new Uint8Array(readFileSync(new URL(file, import.meta.url)))
  } catch {
    const main = createRequire(import.meta.url).resolve(packageName)
    return new Uint8Array(readFileSync(main.replace(/[^/\\]*$/, file)))
  }
}

/** One module with at most one instance at a time. */
export class Wasm<E extends { readonly memory: Memory }> {
  private module: Module | undefined
  private instance: E | undefined

  /**
   * `file` lies beside this program, if it is shipped as a bundle with a copy, or beside the main file of the installed
   * package. `start` makes an instance and names its exports.
   */
  constructor(
    private readonly packageName: string,
    private readonly file: string,
    private readonly start: (module: Module) => E,
  ) {}

  /** Runs `work` on the instance; if it throws, the next call gets a new one. */
  run<T>(work: (exports: E) => T): T {
    this.module ??= new Module(programFile(this.packageName, this.file))
    const exports = this.instance ?? this.start(this.module)
    this.instance = undefined
    const result = work(exports)
    if (exports.memory.buffer.byteLength <= KEEP_BYTES) this.instance = exports
    return result
  }
}
