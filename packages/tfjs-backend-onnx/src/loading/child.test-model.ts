import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a program ended with. */
export interface Ended {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

const source = new URL('../index.ts', import.meta.url).href;

/**
 * Runs a module in a process of its own, on this package's sources: `engine` stands for their address.
 *
 * @param imports modules to load before it
 */
export async function runChild(program: string, imports: readonly string[] = []): Promise<Ended> {
  const code = `const engine = ${JSON.stringify(source)};\n${program}`;
  const flags = ['tsx', ...imports].flatMap((module) => ['--import', module]);
  const options = { cwd: import.meta.dirname, maxBuffer: 2 ** 24 };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [...flags, '--input-type=module', '--eval', code],
      options,
    );
    return { status: 0, output: stdout, errors: stderr };
  } catch (error) {
    const { code: status, stdout = '', stderr = String(error) } = error as Record<string, string>;
    return { status: Number(status), output: stdout, errors: stderr };
  }
}

/** A module to load before a program that hides a package: looking for it fails as it does where it is not installed. */
export function hiding(name: string, code = 'ERR_MODULE_NOT_FOUND'): string {
  const hooks = `export async function resolve(specifier, context, next) {
    if (specifier !== ${JSON.stringify(name)}) return next(specifier, context);
    throw Object.assign(new Error('Cannot find the binary of ' + specifier), { code: ${JSON.stringify(code)} });
  }`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(address(hooks))});`;
  return address(register);
}

const address = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
