#!/usr/bin/env node
import { existsSync } from 'node:fs';

/**
 * Until the program listens itself, which takes it a second to load: a SIGUSR1 that nobody listens to opens Node's inspector. It is kept for
 * the program.
 */
process.on('SIGUSR1', function keep() {
  if (process.listenerCount('SIGUSR1') > 1) return;
  setTimeout(() => (process.listenerCount('SIGUSR1') > 1 ? process.emit('SIGUSR1') : keep()), 20).unref();
});

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error('tgm is not built yet. In a clone of the repository: npm ci && npm run build');
  process.exitCode = 1;
}
