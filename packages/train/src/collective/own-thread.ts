import type * as Koffi from 'koffi';

/**
 * Calls a C function without arguments on a thread for which Node does not wait, as it does for a call on a thread of koffi's.
 *
 * @returns what it returned; undefined as long as it has not. Undefined in the place of that where there is no glibc.
 */
export function onOwnThread(koffi: typeof Koffi, address: unknown): (() => number | undefined) | undefined {
  try {
    const libc = koffi.load('libc.so.6');
    const create = libc.func('pthread_create', 'int', ['void *', 'void *', 'void *', 'void *']);
    const join = libc.func('pthread_tryjoin_np', 'int', ['uint64', 'void *']);
    const thread = new BigUint64Array(1);
    // An `int` is the lower half of the pointer that a thread returns.
    const returned = new Int32Array(2);
    if (create(thread, null, address, null) !== 0) return undefined;
    return () => (join(thread[0], returned) === 0 ? returned[0] : undefined);
  } catch {
    return undefined;
  }
}
