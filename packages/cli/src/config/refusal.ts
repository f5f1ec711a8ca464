import type { OptionFault } from '@tgm/options';
import { CliError } from '../program/errors.js';
import { nearest } from '../program/nearest.js';
import { isPlain, type Layer } from './layers.js';
import type { OptionGroup, Section } from './section.js';
import type { GivenFlags } from './section-flags.js';
import { flagOf } from './section-flags.js';

/** Options that were refused, and where they come from. */
export interface Refused {
  readonly section: Section;
  /** The group that was chosen for them. */
  readonly group: OptionGroup;
  /** All sections of the command. */
  readonly sections: readonly Section[];
  /** Whether there is a configuration file. */
  readonly isFromFile: boolean;
  readonly layers: readonly Layer[];
  readonly flags: GivenFlags;
}

/** The error that tells all faults: where each stands, and what was probably meant. */
export function refusal(refused: Refused, all: readonly OptionFault[]): CliError {
  const { section, flags, layers, isFromFile } = refused;
  const told = relevant(refused, all).map((fault) => {
    const { option, expected, received } = fault;
    const flag = [...flags].find(([given]) => given === option || given.startsWith(`${option}.`))?.[1].flag;
    const of = received === UNKNOWN ? 'name' : 'value';
    const place = received === 'nothing' ? undefined : placeOf(option.split('.'), of, layers);
    const where = flag ?? place ?? [section.name, ...option.split('.')].join('.');
    return { where, expected, received, advice: adviceFor(fault, refused), flag };
  });
  const [first, ...others] = told as [(typeof told)[number], ...typeof told];
  const isOfFile = told.every(({ flag }) => flag === undefined) && isFromFile;
  // The first one is the error. The others are told along with it, each in a line.
  const rest = others.map(({ where, expected, received, advice }) => {
    const line = `${where}: expected ${expected}, got ${received}.`;
    return advice ? `${line} ${advice}` : line;
  });
  const advice = [first.advice ?? '', ...rest].join('\n').trimEnd();
  const { where, expected, received } = first;
  return new CliError(isOfFile ? 'CONFIG_INVALID' : 'OPTION_INVALID', {
    where,
    expected,
    received,
    ...(advice && { advice }),
  });
}

const UNKNOWN = 'an unknown name';

/** Where something else kept a special group from being chosen, what belongs to one may be right. */
function relevant({ section, group }: Refused, all: readonly OptionFault[]): readonly OptionFault[] {
  if (group.when !== undefined) return all;
  const known = ({ option, received }: OptionFault): boolean =>
    received === UNKNOWN && section.groups.some(({ table }) => Object.hasOwn(table.fields, option));
  const others = all.filter((fault) => !known(fault));
  return others.length > 0 ? others : all;
}

function adviceFor({ option, expected, received }: OptionFault, refused: Refused): string | undefined {
  const { section, group, sections } = refused;
  if (received === 'nothing') {
    const says = group.about[option]?.[1];
    return `Give it by ${flagOf(section, option, sections)}${says === undefined ? '' : `: ${says}`}.`;
  }
  const meant = (name: string | undefined): string | undefined => name && `Did you mean "${name}"?`;
  if (received !== UNKNOWN) {
    // Values stand in quotes in what was expected.
    const values = [...expected.matchAll(/"([^"]+)"/g)].map(([, value]) => value!);
    const wrong = /^"(.*)"$/.exec(received)?.[1];
    const begun = wrong ? values.filter((value) => value.startsWith(wrong)) : [];
    return meant(begun.length > 0 ? begun.join('" or "') : wrong && nearest(wrong, values));
  }
  if (option.includes('.')) {
    const inner = (expected.split('options ')[1] ?? '').split(', ');
    return meant(nearest(option.split('.').at(-1)!, inner));
  }
  const everywhere = section.groups.flatMap(({ table }) => Object.keys(table.fields));
  if (everywhere.includes(option)) return `It ${belongs(option, refused)}.`;
  const own = nearest(option, Object.keys(group.table.fields));
  const other = nearest(option, everywhere);
  return meant(own) ?? (other && `${meant(other)} It ${belongs(other, refused)}.`);
}

/** `belongs to --format kinetics; this is --format folder` */
function belongs(option: string, { section, group }: Refused): string {
  const groups = section.groups.filter(({ table, when }) => when && Object.hasOwn(table.fields, option));
  const here = group.when === undefined ? '' : `; this is ${group.when}`;
  return `belongs to ${groups.map(({ when }) => when).join(' or ')}${here}`;
}

/** Where the uppermost layer that has an option has it. */
function placeOf(
  option: readonly string[],
  of: 'name' | 'value',
  layers: readonly Layer[],
): string | undefined {
  const has = (values: unknown, [name, ...inner]: readonly string[]): boolean =>
    name === undefined || !isPlain(values) || (Object.hasOwn(values, name) && has(values[name], inner));
  return layers.findLast(({ values }) => has(values, option))?.place?.(option, of);
}
