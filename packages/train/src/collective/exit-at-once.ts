import type * as Koffi from 'koffi';

/**
 * Lets a coming `exit` of a native library end the process at once, with its code. MPICH's `MPI_Abort` calls `exit`, whose handlers
 * tear down what Node's other threads still use: now and then the process crashes there, and the job's code is that of the crash.
 *
 * glibc calls what `on_exit` was told last before all else, and gives it the code: here `_exit`. Where there is no glibc nothing
 * is done.
 */
export function exitAtOnce(koffi: typeof Koffi): void {
  try {
    const libc = koffi.load('libc.so.6');
    libc.func('on_exit', 'int', ['void *', 'void *'])(libc.symbol('_exit'), null);
  } catch {
    // The code may then be another one than 0.
  }
}

/** Ends this process now. Node would wait for a call on another thread that never ends. */
export function endNow(koffi: typeof Koffi, code: number): void {
  try {
    koffi.load('libc.so.6').func('_exit', 'void', ['int'])(code);
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}

/** Has the kernel end this process, by SIGALRM, where it has not ended after so many seconds: a native call may not come back. */
export function endWithin(koffi: typeof Koffi, seconds: number): void {
  try {
    koffi.load('libc.so.6').func('alarm', 'uint', ['uint'])(seconds);
  } catch {
    // It then waits as long as the library does.
  }
}
