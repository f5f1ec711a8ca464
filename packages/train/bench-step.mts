import * as tf from '@tensorflow/tfjs';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoMae } from '@tgm/models';
import { reconstructionLoss, contrastiveLoss } from '@tgm/losses';
import { seededRandom, randomSliceMasking, textGuidedMasking } from '@tgm/masking';
import { pretrain, adamW, cosineSchedule } from './dist/index.js';
const D=+(process.env.D??96), L=+(process.env.L??3), dd=+(process.env.DD??48);
const engine = await onnxEngine({ threads: +(process.env.TH ?? 2) });
const model = videoMae({ imageSize:64, patchSize:8, numFrames:8, tubeletSize:2, hiddenSize:D, numHiddenLayers:L, numAttentionHeads:D/32, intermediateSize:D*4, decoderHiddenSize:dd, decoderNumHiddenLayers:1, decoderNumAttentionHeads:3, decoderIntermediateSize:dd*4, layerNormEps:1e-6, decoderNormEps:1e-6});
const r = seededRandom(1);
const clips = Array.from({length:64},(_, i)=>({id:String(i), frames: Uint8Array.from({length:8*64*64*3},()=>r()*256), cues:{text: Float32Array.from({length:256},()=>r())}, caption:'c'+i, textEmbedding: Float32Array.from({length:64},()=>r()-.5)}));
const steps=+(process.env.STEPS??30);
let cpu0=process.cpuUsage(); let t0=performance.now(), times=[]; let last=performance.now();
for await (const e of pretrain({engine, model, examples:{length:64, load: async i=>clips[i]!}, masking: randomSliceMasking({ratio:.75}), ...(process.env.VIEW?{contrastMasking: randomSliceMasking({ratio:.75})}:{}), losses:[{loss:reconstructionLoss(),weight:1},{loss:contrastiveLoss(),weight:1}], optimizer: adamW(), schedule: cosineSchedule({base:1e-3,steps}), batchSize:32, steps, seed:0, reconstructShare:1/3})) {
 if (e.type==='step'){ if(e.step===10) cpu0=process.cpuUsage(); if(e.step===30){const c=process.cpuUsage(cpu0); console.log('CPU ms per step', ((c.user+c.system)/1000/20).toFixed(0), 'sys', (c.system/20000).toFixed(0));} times.push(performance.now()-last); last=performance.now(); if(e.step<4||e.step%10===0) console.log(e.step, e.total.toFixed(4), e.terms, e.baseline.toFixed(3), (1000/e.clipsPerSecond*32).toFixed(0)+'ms', (e.dataWaitSeconds*1000).toFixed(1)); }
 else console.log(e.reason, e.step, Object.keys(e.lossParams));
}
times.sort((a,b)=>a-b); console.log('median step ms', times[times.length>>1].toFixed(1), tf.memory().numTensors);
await engine.dispose();
