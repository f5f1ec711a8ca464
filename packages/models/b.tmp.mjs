import { videoMae, patchify, tokensOf, IMAGENET_PIXELS } from './dist/index.js';
const config={imageSize:224,numFrames:16,patchSize:16,tubeletSize:2};
const frames = Uint8Array.from({length:16*224*224*3},(_, i)=>i*7);
const vis=[...Array(632).keys()];
for(let r=0;r<5;r++){
let t=performance.now(); let p; for(let i=0;i<20;i++) p=patchify(frames, config); const a=(performance.now()-t)/20;
const into=new Float32Array(632*1536);
t=performance.now(); for(let i=0;i<20;i++) tokensOf(p, vis, 1536, IMAGENET_PIXELS, into, 0); console.log('patchify ms',a,'tokensOf 632 ms',(performance.now()-t)/20);}
