import type * as Koffi from 'koffi';

/** Of Linux' `dlfcn.h`: `RTLD_NOW`, `RTLD_NOLOAD`, `RTLD_NODELETE`. */
const [NOW, IF_LOADED, FOR_EVER] = [0x2, 0x4, 0x1000];

/**
 * Keeps a library that koffi has loaded in the process to its end. koffi unloads it when the last of its functions is collected, at
 * any time. MPI leaves threads, handlers of signals and destructors of threads behind, whose code would be gone: the process crashes
 * now and then.
 */
export function keepLoaded(koffi: typeof Koffi, file: string): void {
  if (process.platform !== 'linux') return;
  koffi.load('libc.so.6').func('dlopen', 'void *', ['str', 'int'])(file, NOW | IF_LOADED | FOR_EVER);
}
