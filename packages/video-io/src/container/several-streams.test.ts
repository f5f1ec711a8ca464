import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AV_DISPOSITION_DEFAULT } from 'node-av/constants';
import { FFmpegError, FormatContext, Packet } from 'node-av/lib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeClip, probeVideo } from '../index.js';
import { type TestVideo, writeTestVideo } from '../testing/write-video.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-several-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (status: number): void => FFmpegError.throwIfError(status);

/** Writes the video streams of several files into one, the one at `marked` as the default. */
async function joinStreams(path: string, parts: readonly string[], marked: number): Promise<void> {
  const output = new FormatContext();
  check(output.allocOutputContext2(null, null, path));
  const inputs: FormatContext[] = [];
  for (const [at, part] of parts.entries()) {
    const input = new FormatContext();
    check(await input.openInput(part, null, null));
    check(await input.findStreamInfo(null));
    const stream = output.newStream(null);
    check(input.streams[0]!.codecpar.copy(stream.codecpar));
    stream.codecpar.codecTag = 0;
    stream.timeBase = input.streams[0]!.timeBase;
    if (at === marked) stream.disposition = AV_DISPOSITION_DEFAULT;
    inputs.push(input);
  }
  check(output.openOutputSync());
  check(output.writeHeaderSync());
  const packet = new Packet();
  packet.alloc();
  for (const [at, input] of inputs.entries()) {
    const stream = output.streams[at]!;
    while ((await input.readFrame(packet)) >= 0) {
      packet.rescaleTs(input.streams[0]!.timeBase, stream.timeBase);
      packet.streamIndex = stream.index;
      check(output.interleavedWriteFrameSync(packet));
    }
    await input.closeInput();
  }
  check(output.writeTrailerSync());
  output.closeOutputSync();
  packet.free();
}

const video = (width: number, height: number): TestVideo => ({
  encoder: 'libx264',
  width,
  height,
  frameCount: 12,
  luma: () => width,
});

it.each(['mp4', 'mkv'])(
  'of several streams in .%s the one marked as default is taken, of whatever size',
  async (ending) => {
    const small = join(folder, 'small.mp4');
    const large = join(folder, 'large.mp4');
    writeTestVideo(small, video(64, 48));
    writeTestVideo(large, video(192, 128));
    for (const marked of [0, 1]) {
      for (const parts of [
        [small, large],
        [large, small],
      ]) {
        const path = join(folder, `both.${ending}`);
        await joinStreams(path, parts, marked);
        const size = parts[marked] === small ? { width: 64, height: 48 } : { width: 192, height: 128 };
        expect(await probeVideo(path)).toMatchObject(size);
        const { geometry } = await decodeClip(path, { indices: [0], size: { width: 16, height: 16 } });
        expect(geometry.source).toEqual(size);
      }
    }
  },
);
