import { loadVideoMaeClassifier, loadVideoMaeEncoder, type Params, type PixelScale } from '@tgm/models';
import { modelFolder } from '../measuring/model-folder.js';
import type { FinetuningSettings } from '../presets/settings.js';
import { CliError } from '../program/errors.js';

/** What a fine-tuning begins with. The caller disposes `params`. */
export interface PretrainedEncoder {
  /** Of a classifier its head too. */
  readonly params: Params;
  readonly pixels: PixelScale;
}

/** What decides the shapes of an encoder's parameters, and how many heads read them. Clips may be larger or longer. */
const SHAPE = [
  'patchSize',
  'tubeletSize',
  'hiddenSize',
  'numHiddenLayers',
  'numAttentionHeads',
  'intermediateSize',
] as const;

/**
 * Opens the encoder that a path names, as `modelFolder` finds it.
 *
 * @throws CliError `INPUT_INVALID` where there is none, or one of another shape than the settings have; errors of the loaders.
 */
export async function pretrainedEncoder(
  path: string,
  { model: wanted }: Pick<FinetuningSettings, 'model'>,
): Promise<PretrainedEncoder> {
  const { path: folder, architecture } = await modelFolder(path);
  const load =
    architecture === 'VideoMAEForVideoClassification' ? loadVideoMaeClassifier : loadVideoMaeEncoder;
  const { model, params } = await load(folder);
  const others = SHAPE.filter((name) => model.config[name] !== wanted[name]);
  if (others.length === 0) return { params, pixels: model.pixels };
  for (const tensor of Object.values(params)) tensor.dispose();
  const told = (config: FinetuningSettings['model'] | typeof model.config) =>
    others.map((name) => `${name} ${config[name]}`).join(', ');
  throw new CliError('INPUT_INVALID', {
    where: folder,
    expected: `an encoder of ${told(wanted)}, as the settings have`,
    received: told(model.config),
    advice: 'A run that was pre-trained with --laptop is fine-tuned with --laptop.',
  });
}
