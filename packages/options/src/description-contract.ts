import { isDeepStrictEqual } from 'node:util';
import { declaredFunctions } from './declared-functions.js';
import type { Describe, Description } from './describe.js';
import { TgmError } from './error.js';
import { listOf, objectWith } from './fields.js';
import { optional, optionTable } from './option-table.js';
import type { OptionsCheck } from './options-contract.js';
import { showValue } from './show-value.js';

/** A function whose values describe themselves. */
export interface DescribedFactory {
  /** Its name, which the descriptions tell as `is`. */
  readonly name: string;
  /** Makes a value, or a promise of one. Positional arguments may be options of these names here. */
  // biome-ignore lint/suspicious/noExplicitAny: each factory's own options
  readonly make: (options: any) => unknown;
  /** Options that it takes. */
  readonly options: object;
  /** For each option that is told: another value that it may have, or a list of others. A value that is a list goes into a list. */
  readonly changes: Readonly<Record<string, unknown>>;
}

/** Where factories are looked for. */
export interface ExportedFactories {
  /** The module of the package, as `import * as module` gives it. */
  readonly module: Readonly<Record<string, unknown>>;
  /** The folder of the package's declaration files, in folders of its own too. */
  readonly declarations: string;
  /** Names of the types that the factories return, such as `MaskingStrategy`. */
  readonly returns: readonly string[];
}

export interface DescriptionContractParts {
  /** At least one. */
  readonly factories: readonly DescribedFactory[];
  /** Lets the contract also check that each exported factory is among `factories`. Default: that is not checked. */
  readonly exported?: ExportedFactories;
}

const table = optionTable(
  'descriptionContract',
  {
    factories: listOf(objectWith<DescribedFactory>('a factory', ['name', 'make', 'options', 'changes']), {
      from: 1,
    }),
    exported: optional(
      objectWith<ExportedFactories>('where factories are exported', ['module', 'declarations', 'returns']),
    ),
  } satisfies Record<keyof DescriptionContractParts, unknown>,
  TgmError,
);

/**
 * Checks that the values which factories make describe themselves by `describer`, and that each option that decides what
 * they do changes the description, to loop over in any test runner.
 *
 * @throws TgmError `OPTION_INVALID`; the checks throw `CONTRACT_BROKEN`.
 */
export function descriptionContract(parts: DescriptionContractParts): OptionsCheck[] {
  const { factories, exported } = table.check(parts);
  return [...(exported ? [everyOneIsTried(factories, exported)] : []), ...factories.flatMap(checksOf)];
}

function everyOneIsTried(
  factories: readonly DescribedFactory[],
  { module, declarations, returns }: ExportedFactories,
): OptionsCheck {
  return {
    name: `every function that makes a ${returns.join(' or ')} is tried`,
    async run() {
      const declared = declaredFunctions(declarations);
      const tried = new Set(factories.map(({ name }) => name));
      for (const type of returns) {
        const makers = declared.filter(({ name, code }) => name in module && returnsA(type, code));
        if (makers.length === 0) throw broken(`a function that returns a ${type}`, `none in ${declarations}`);
        const left = makers.filter(({ name }) => !tried.has(name)).map(({ name }) => name);
        if (left.length > 0)
          throw broken(`an entry for each function that makes a ${type}`, `none for ${left}`);
      }
    },
  };
}

const returnsA = (type: string, code: string): boolean =>
  new RegExp(String.raw`(?:\): |=> )(?:Promise<)?${type}\b(?:<[^]*>)?>?;$`).test(code);

function checksOf({ name, make, options, changes }: DescribedFactory): OptionsCheck[] {
  const described = async (given: object): Promise<Describe> => describeOf(await make(given), name);
  return [
    {
      name: `${name} makes what tells its options by its table`,
      async run() {
        const { is } = (await described(options))();
        if (is !== name) throw broken(`a description with is: ${showValue(name)}`, showValue(is), name);
      },
    },
    {
      name: `${name} has another value for every option that it tells`,
      async run() {
        const { fields } = await described(options);
        const left = Object.keys(fields).filter((option) => !Object.hasOwn(changes, option));
        if (left.length > 0) throw broken('a change of each option', `none of ${left.join(', ')}`, name);
      },
    },
    ...Object.entries(changes).map(([option, others]) => ({
      name: `${name} tells another ${option}`,
      async run() {
        const before = (await described(options))()[option];
        const values: readonly unknown[] = Array.isArray(others) ? others : [others];
        if (values.length === 0) throw broken(`another value of ${option}`, 'an empty list', name);
        for (const other of values) {
          const after = (await described({ ...options, [option]: other }))()[option];
          if (!isDeepStrictEqual(after, before)) continue;
          const expected = `a description with another ${option} for ${showValue(other)}`;
          throw broken(expected, showValue(after), name);
        }
      },
    })),
    {
      name: `${name} describes itself in JSON, and the same again`,
      async run() {
        const first = (await described(options))();
        const kept = JSON.parse(JSON.stringify(first)) as Description;
        if (!isDeepStrictEqual(kept, first))
          throw broken(showValue(first), `${showValue(kept)} from JSON`, name);
        const again = (await described(options))();
        if (!isDeepStrictEqual(again, first)) throw broken(showValue(first), showValue(again), name);
      },
    },
  ];
}

function describeOf(value: unknown, name: string): Describe {
  const { describe } = (value ?? {}) as { readonly describe?: unknown };
  if (typeof describe !== 'function') throw broken('a function describe', showValue(describe), name);
  if (!('fields' in describe)) throw broken('a describe that describer made', 'one without fields', name);
  return describe as Describe;
}

const broken = (expected: string, received: string, factory?: string): TgmError =>
  new TgmError('CONTRACT_BROKEN', {
    where: factory ? `descriptionContract, ${factory}` : 'descriptionContract',
    expected,
    received,
  });
