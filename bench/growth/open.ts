/** Opens a manifest and prints the seconds, and the most memory above what the process had before. */
import { extname } from 'node:path';
import { readCsvManifest, readManifest } from '@tgm/video-io';

const path = process.argv[2]!;
const before = process.memoryUsage().rss;
const began = performance.now();
const dataset = await (extname(path) === '.csv' ? readCsvManifest(path) : readManifest(path));
const seconds = (performance.now() - began) / 1000;
const megabytes = Math.max(0, process.resourceUsage().maxRSS * 1024 - before) / 1e6;
console.log(JSON.stringify({ seconds, megabytes, rows: dataset.length }));
