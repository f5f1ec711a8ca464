import { seededRandom } from '@tgm/masking';
import { loadVideoMae, saveVideoMae, videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';

await onnxEngine({ threads: 1 });
const model = videoMae({
  imageSize: 32,
  patchSize: 8,
  numFrames: 4,
  tubeletSize: 2,
  hiddenSize: 24,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 48,
  decoderHiddenSize: 12,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 24,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
});
await saveVideoMae('model', model, model.init(seededRandom(0)));
const { params } = await loadVideoMae('model');
console.log(`${Object.keys(params).length} tensors saved and loaded in Hugging Face layout`);
