import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { EngineError, engineUnavailable } from '../errors.js';

/**
 * The one door to onnxruntime-node. Its native code is loaded when an engine is made, not on import: where there is no
 * binary of it, everything else of this package and of those that use it still works.
 */

const PACKAGE = 'onnxruntime-node';

/** As in package.json. */
const VERSION = '1.30.0';

const ADVICE =
  `Install it where npm left it out ("npm install --ignore-scripts ${PACKAGE}@${VERSION}"). ` +
  'It has binaries for Linux with glibc (x64, arm64), macOS (arm64) and Windows (x64, arm64); elsewhere use wasmEngine(), tensorflowEngine() or cpuEngine().';

let loaded: typeof ort | undefined;

/**
 * Loads ONNX Runtime, once.
 *
 * @throws EngineError `ENGINE_UNAVAILABLE` where it does not load, `ONNX_SECOND_COPY` where another copy of it is loaded
 */
export async function loadOnnxRuntime(): Promise<void> {
  refuseSecondCopy();
  try {
    loaded ??= await import('onnxruntime-node');
  } catch (error) {
    throw engineUnavailable('onnx', [PACKAGE], ADVICE, [error]);
  }
}

/** ONNX Runtime, which making an engine has loaded. */
export function onnxRuntime(): typeof ort {
  if (!loaded) throw new Error('ONNX Runtime is used before an engine was made.');
  return loaded;
}

/** The bindings of two copies share one native library, that of the copy which was loaded first, and crash. */
function refuseSecondCopy(): void {
  const require = createRequire(import.meta.url);
  const own = ownFolder(require);
  const other = own && loadedBindings(require).find((path) => !path.startsWith(own + sep));
  if (!other) return;
  throw new EngineError('ONNX_SECOND_COPY', {
    where: 'onnxEngine',
    expected: `one copy of ${PACKAGE} in a process, ${own}`,
    received: `another one, ${other}`,
    advice:
      `"npm ls ${PACKAGE}" shows who wants which version; "overrides" in package.json makes them one. ` +
      'Or use the other one in a process of its own.',
  });
}

function ownFolder(require: NodeJS.Require): string | undefined {
  try {
    return join(dirname(require.resolve(PACKAGE)), '..');
  } catch {
    return undefined; // Importing it says why.
  }
}

/** Paths of the native bindings that are loaded: on Linux by any thread, elsewhere by this one. */
function loadedBindings(require: NodeJS.Require): string[] {
  const paths =
    process.platform === 'linux'
      ? readFileSync('/proc/self/maps', 'utf8')
          .split('\n')
          .map((line) => line.slice(line.indexOf('/')))
      : Object.keys(require.cache);
  return paths.filter((path) => path.endsWith('onnxruntime_binding.node'));
}
