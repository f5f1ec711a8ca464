import { videoMae } from '@tgm/models';
import { type Fields, type OptionFault, type OptionTable, oneOf, optionTable, TgmError } from '@tgm/options';
import { isPlain } from '../config/layers.js';
import { CliError } from '../program/errors.js';
import { MASKING_TABLES, type MaskingName } from './masking-settings.js';
import type { PretrainingSettings, Settings } from './settings.js';
import { SETTINGS_TABLES } from './settings-tables.js';

type Stage = Settings['stage'];
type Values = Readonly<Record<string, unknown>>;

const STAGES = Object.keys(SETTINGS_TABLES) as Stage[];
const STAGE = optionTable('settings', { stage: oneOf(STAGES) }, CliError);

/** Where a pre-training may have a masking: names from the outermost option inwards. */
const MASKING_PLACES = [['masking'], ['decoderMasking'], ['contrast', 'view']] as const;

/**
 * Settings as they came from a file, checked.
 *
 * @throws CliError `OPTION_INVALID` for names that are not known, and values of another kind or out of range; for a text masking or a
 *   contrast without `text`. It names all of them.
 */
export function checkSettings(settings: unknown): Settings {
  const { stage } = STAGE.check({ stage: (settings as Partial<Settings> | null | undefined)?.stage });
  const table = SETTINGS_TABLES[stage];
  refuseFaults(table.where, settingsFaults(stage, settings as Values, table));
  return settings as Settings;
}

/** @throws CliError `OPTION_INVALID` where there are any. */
export function refuseFaults(where: string, faults: readonly OptionFault[]): void {
  const [first, ...others] = faults;
  if (first === undefined) return;
  const all = (of: 'expected' | 'received') =>
    others.length === 0 ? first[of] : faults.map((fault) => `${fault.option}: ${fault[of]}`).join('; ');
  throw new CliError('OPTION_INVALID', {
    where: others.length === 0 ? `${where}, option ${first.option}` : where,
    expected: all('expected'),
    received: all('received'),
  });
}

/** What is wrong with settings among other options, by the table of all of them and by what the settings go to. */
export function settingsFaults(
  stage: Stage,
  values: Values,
  table: Pick<OptionTable<Fields>, 'faults'>,
): readonly OptionFault[] {
  const ofTable = table.faults(values);
  const isSound = !ofTable.some(({ option }) => option.split('.')[0] === 'model');
  const within = [
    ...(stage === 'pretraining' ? MASKING_PLACES.flatMap((place) => maskingFaults(values, place)) : []),
    ...(isSound && isPlain(values.model) ? modelFaults(values.model) : []),
  ];
  // The strategy itself knows better which names it takes.
  const said = new Set(within.map(({ option }) => option));
  const faults = [...ofTable.filter(({ option }) => !said.has(option)), ...within];
  return faults.length > 0 || stage !== 'pretraining' ? faults : textFaults(values);
}

function maskingFaults(settings: Values, place: readonly string[]): OptionFault[] {
  const found = place.reduce<unknown>((value, name) => (value as Values | undefined)?.[name], settings);
  if (typeof found !== 'object' || found === null) return [];
  const { strategy, ...options } = found as { readonly strategy?: unknown };
  if (!Object.hasOwn(MASKING_TABLES, strategy as string)) return [];
  return MASKING_TABLES[strategy as MaskingName]
    .faults(options)
    .map((fault) => ({ ...fault, option: [...place, fault.option].join('.') }));
}

/** Sizes that do not go with each other. */
function modelFaults(model: object): OptionFault[] {
  try {
    videoMae(model as Parameters<typeof videoMae>[0]);
    return [];
  } catch (error) {
    if (!(error instanceof TgmError)) throw error;
    const { where, expected, received } = error;
    const field = where.split(', option ')[1];
    return [{ option: field ? `model.${field}` : 'model', expected, received }];
  }
}

function textFaults(settings: Values): OptionFault[] {
  const { text, contrast } = settings;
  if (text || !(contrast || readsText(settings as unknown as PretrainingSettings))) return [];
  const expected = 'a teacher and captions, which a masking or the contrast reads';
  return [{ option: 'text', expected, received: 'nothing' }];
}

/** Whether a masking of a pre-training goes by scores of a caption. */
export const readsText = ({ masking, decoderMasking, contrast }: PretrainingSettings): boolean =>
  [masking, decoderMasking, contrast?.view].some((each) => each?.strategy === 'text');
