/** How often it is looked for. */
const MILLISECONDS = 1000;

/**
 * Calls `gone` once the process that started this one has ended, where that is npm or a shell of npm: npx dies of a signal without
 * passing it on, and the program that it was to start would go on with nobody to stop it. Does not keep the process alive.
 *
 * @param environment npm names itself in it.
 */
export function watchParent(gone: () => void, environment = process.env): void {
  if (environment.npm_execpath === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, MILLISECONDS);
  timer.unref();
}
