/**
 * What keeps UCX, through which MPICH and some builds of Open MPI send, from changing the process that loads it. Else, as it is loaded,
 *
 * - it writes jumps over the beginnings of `mmap`, `brk` and others while Node's threads call them, and Node crashes or hangs
 *   once in a dozen runs;
 * - it takes SIGSEGV, by which V8 tells WebAssembly's accesses out of bounds, and SIGHUP, by which a closed terminal ends a program.
 *
 * It wants the former to keep memory registered with network cards between calls. So who has such cards may turn it on again.
 */
const TAME = {
  UCX_MEM_MMAP_HOOK_MODE: 'none',
  UCX_MEM_MALLOC_HOOKS: 'no',
  UCX_ERROR_SIGNALS: '',
  UCX_DEBUG_SIGNO: '0',
};

/** To be called before the library is loaded. What the user has set stays. */
export function tameLibrary(environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(TAME)) environment[name] ??= value;
}
