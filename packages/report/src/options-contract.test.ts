import { optionsContract } from '@tgm/options/testing';
import { it } from 'vitest';
import * as report from './index.js';

const grid = { slices: 1, rows: 1, columns: 2 };
const clip = { id: 'a', frames: new Uint8Array(24), height: 2, width: 4, grid };
const { id: _, ...pixels } = clip;
const mask = { visible: Uint32Array.of(0), masked: Uint32Array.of(1) };
const made = { ...pixels, mask, prediction: new Float32Array(12) };

const checks = optionsContract({
  module: report,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    drawMasks: (extra) => report.drawMasks(clip, { across: 1, ...extra }),
    drawMaskFrames: (extra) => report.drawMaskFrames(clip, { across: 1, ...extra }),
    drawReconstruction: (extra) => report.drawReconstruction({ ...made, ...extra }),
    reconstruct: (extra) => report.reconstruct({ ...made, ...extra }),
    runReport: (extra) => report.runReport([], { title: 'a', ...extra }),
    pageSink: (extra) => report.pageSink({ path: 'a.html', title: 'a', ...extra }),
  },
});
for (const { name, run } of checks) it(name, run);
