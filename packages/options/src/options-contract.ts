import { declaredFunctions } from './declared-functions.js';
import { TgmError } from './error.js';

/** One check of a contract, for any test runner. */
export interface OptionsCheck {
  readonly name: string;
  run(): Promise<void>;
}

export interface OptionsContractParts {
  /** The module of the package, as `import * as module` gives it. */
  readonly module: Readonly<Record<string, unknown>>;
  /** The folder of the package's declaration files, one file a source, in folders of its own too. */
  readonly declarations: string;
  /** For each function that takes options: a call with valid options and `extra` among them. */
  readonly calls: Readonly<Record<string, (extra: object) => unknown>>;
}

/** A name that no function has an option of. */
const UNKNOWN = 'notAnOption';

/**
 * Checks that every function with options which a package exports refuses options that it does not know, to loop over in
 * any test runner. A function takes options where the type of a parameter is called `...Options`; one that has no call here
 * fails the first check.
 */
export function optionsContract({ module, declarations, calls }: OptionsContractParts): OptionsCheck[] {
  return [
    {
      name: 'every function with options is called',
      async run() {
        const left = functionsWithOptions(declarations).filter((name) => name in module && !(name in calls));
        if (left.length > 0)
          throw broken('a call of each function with options', `none of ${left.join(', ')}`);
      },
    },
    ...Object.entries(calls).map(([name, call]) => ({
      name: `${name} refuses an option that it does not know`,
      async run() {
        if (typeof module[name] !== 'function') throw broken(`a function ${name}`, 'none');
        await call({});
        const error = await thrownBy(() => call({ [UNKNOWN]: 1 }));
        const refused =
          error instanceof TgmError && error.code === 'OPTION_INVALID' && error.message.includes(UNKNOWN);
        if (!refused) throw broken(`a TgmError that names ${UNKNOWN}`, String(error ?? 'no error'));
      },
    })),
  ];
}

/** Names of the functions that the declaration files under a folder declare with a parameter of a type `...Options`. */
function functionsWithOptions(declarations: string): string[] {
  const takesOptions = /^export declare function .*: (?:Partial<)?\w*Options\b/;
  const declared = declaredFunctions(declarations).filter(({ code }) => takesOptions.test(code));
  if (declared.length === 0) throw broken('functions with options', `none declared in ${declarations}`);
  return [...new Set(declared.map(({ name }) => name))];
}

async function thrownBy(action: () => unknown): Promise<unknown> {
  try {
    await action();
    return undefined;
  } catch (error) {
    return error;
  }
}

const broken = (expected: string, received: string): TgmError =>
  new TgmError('CONTRACT_BROKEN', { where: 'optionsContract', expected, received });
