import { page, reconstruct } from '@tgm/report';

const points = Array.from({ length: 100 }, (_, step) => ({ step, value: 1 / (1 + step) }));
const html = page({
  title: 'A report',
  plots: [{ title: 'Loss', series: [{ name: 'run', points }], smooth: true }],
});
const lines = html.match(/<path /g)?.length ?? 0;
if (lines < 2) throw new Error(`a raw and a smoothed line expected, got ${lines} paths`);

const frames = Uint8Array.from({ length: 24 }, (_, i) => (i % 12 < 6 ? 100 : 0)); // 2 x 4 pixels: left bright, right hidden
const [clip, mask] = [
  { frames, height: 2, width: 4, grid: { slices: 1, rows: 1, columns: 2 } },
  { visible: Uint32Array.of(0), masked: Uint32Array.of(1) },
];
const completed = reconstruct({ ...clip, mask, prediction: new Float32Array(12) });
if (completed.some((value) => value !== 100))
  throw new Error(`the mean of what is visible, 100, expected, got ${completed}`);
console.log(`a page of ${html.length} characters; a hidden patch completed by the mean of the visible one`);
