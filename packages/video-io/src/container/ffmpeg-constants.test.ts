import * as nodeAv from 'node-av/constants';
import { expect, it } from 'vitest';
import * as ours from './ffmpeg-constants.js';

it('has the numbers that node-av has', () => {
  expect(Object.keys(ours).length).toBeGreaterThan(0);
  expect({ ...nodeAv }).toMatchObject({ ...ours });
});
