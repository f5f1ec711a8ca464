import { videoPool } from '@tgm/video-io';
import { scoring, writeVideos } from './scores.test-support.js';
import { writeScores } from './write-scores.js';

/** Fills a folder in a process of its own, which is killed behind some samples. */
const [folder = '', videos = '', samples = ''] = process.argv.slice(2);
await writeScores({
  ...scoring(folder, await writeVideos(videos), videoPool({ workers: 1 })),
  onProgress({ fresh }) {
    if (fresh === Number(samples)) process.kill(process.pid, 'SIGKILL');
  },
});
