import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Check, fine, saysOf, warning, wrong } from './check.js';

const PACKAGE = 'onnxruntime-node';

/** A copy of ONNX Runtime, and whose it is. */
export interface RuntimeCopy {
  readonly folder: string;
  readonly version: string;
  readonly of: string;
}

/** The copies of ONNX Runtime that packages find from their places; those that do not find any are left out. */
export function runtimeCopies(packages: Readonly<Record<string, string>>): RuntimeCopy[] {
  return Object.entries(packages).flatMap(([of, file]) => {
    try {
      let folder = dirname(realpathSync(createRequire(file).resolve(PACKAGE)));
      while (!existsSync(join(folder, 'package.json')) || !isNamed(folder)) {
        if (dirname(folder) === folder) return [];
        folder = dirname(folder);
      }
      return [{ folder, version: versionIn(folder), of }];
    } catch {
      return [];
    }
  });
}

const manifestIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const isNamed = (folder: string): boolean => manifestIn(folder).name === PACKAGE;
const versionIn = (folder: string): string => manifestIn(folder).version;

/** What `--ignore-scripts` leaves out is not needed. */
const INSTALL = `npm install --ignore-scripts ${PACKAGE}@1.30.0`;

/** Two copies in one process crash it. */
export function checkCopies(copies: readonly RuntimeCopy[]): Check {
  const [first, ...others] = copies;
  if (first === undefined) return wrong('ONNX Runtime', 'none installed', INSTALL);
  const other = others.find(({ folder }) => folder !== first.folder);
  if (other === undefined) return fine('ONNX Runtime', `${first.version}, one copy`);
  return wrong(
    'ONNX Runtime',
    `two copies: ${first.version} of ${first.of} in ${first.folder}, ${other.version} of ${other.of} in ${other.folder}`,
    `npm pkg set "overrides.${PACKAGE}=${first.version}" && npm install --ignore-scripts`,
  );
}

/** The files of the packages that bring ONNX Runtime, where they are installed. */
export function packagesWithRuntime(): Record<string, string> {
  const names = ['@tgm/tfjs-backend-onnx', '@huggingface/transformers'];
  const found = names.flatMap((name) => {
    try {
      return [[name, fileURLToPath(import.meta.resolve(name))] as const];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(found.filter(([, file]) => existsSync(file)));
}

/** Runs a graph of two numbers, and tells which execution providers the binary has. */
export async function checkEngine(copies: readonly RuntimeCopy[]): Promise<Check> {
  try {
    const [tf, { onnxEngine }] = await Promise.all([
      import('@tensorflow/tfjs'),
      import('@tgm/tfjs-backend-onnx'),
    ]);
    const engine = await onnxEngine();
    const sum = engine.compile(
      ({ a, b }: { a: import('@tensorflow/tfjs').Tensor; b: import('@tensorflow/tfjs').Tensor }) => ({
        sum: tf.add(a, b),
      }),
    );
    const inputs = { a: tf.tensor1d([1, 2]), b: tf.tensor1d([3, 4]) };
    const outputs = await sum(inputs);
    const numbers = [...(await outputs.sum.data())];
    tf.dispose([inputs, outputs]);
    await engine.dispose();
    if (numbers.join() !== '4,6')
      return wrong('engine', `1 + 3 and 2 + 4 are ${numbers.join(' and ')}`, INSTALL);
    return fine('engine', `runs; execution providers ${providersIn(copies[0]!.folder).join(', ')}`);
  } catch (error) {
    const mend = `${INSTALL}; where there is no binary, use wasmEngine(), tensorflowEngine() or cpuEngine()`;
    return (copies.length === 0 ? warning : wrong)('engine', saysOf(error), mend);
  }
}

function providersIn(folder: string): string[] {
  const { listSupportedBackends } = createRequire(join(folder, 'package.json'))(folder) as {
    listSupportedBackends(): { readonly name: string }[];
  };
  return listSupportedBackends().map(({ name }) => name);
}
