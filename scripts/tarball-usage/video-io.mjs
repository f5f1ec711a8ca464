import { decodeClip, encodeVideo, probeVideo } from '@tgm/video-io';

const [count, height, width] = [8, 48, 64];
const frames = new Uint8Array(count * height * width * 3).fill(120);
await encodeVideo('grey.mp4', frames, { width, height, fps: 8 });
const info = await probeVideo('grey.mp4');
const clip = await decodeClip('grey.mp4', {
  indices: [0, 3, 7],
  size: { width: 32, height: 24 },
  motion: true,
});
if (Math.abs(clip.frames[0] - 120) > 3) throw new Error(`grey 120 came back as ${clip.frames[0]}`);
console.log(`${info.codec} ${info.width}x${info.height}, decoded ${clip.times.length} frames of 32x24`);
