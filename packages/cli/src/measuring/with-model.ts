import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { type OpenedModel, openModel } from './open-model.js';

/** Does something with the encoder that a path names and an engine, and frees both. @throws as `openModel`, and what `act` throws. */
export async function withModel<Result>(
  path: string,
  act: (model: OpenedModel, engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await onnxEngine();
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
