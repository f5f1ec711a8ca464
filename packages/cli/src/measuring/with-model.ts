import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { type Collective, singleProcess } from '@tgm/train';
import { ownCores } from '../ranks/own-cores.js';
import { type OpenedModel, openModel } from './open-model.js';

/**
 * Does something with the encoder that a path names and an engine, and frees both.
 *
 * @param collective among whose processes cores are shared out.
 * @throws as `openModel`, and what `act` throws.
 */
export async function withModel<Result>(
  path: string,
  act: (model: OpenedModel, engine: Engine) => Promise<Result>,
  collective: Collective = singleProcess(),
): Promise<Result> {
  const engine = await onnxEngine({ threads: await ownCores(collective) });
  try {
    const model = await openModel(path);
    try {
      return await act(model, engine);
    } finally {
      model.dispose();
    }
  } finally {
    await engine.dispose();
  }
}
