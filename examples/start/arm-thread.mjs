// A thread does not inherit the TypeScript loader of the main thread in Node 20, so it brings its own.
import { register } from 'tsx/esm/api';

register();
await import('./arm-worker.ts');
