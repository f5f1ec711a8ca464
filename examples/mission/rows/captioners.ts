import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { classTexts } from '@tgm/eval';
import {
  type Captioner,
  type CaptionRecord,
  captioner,
  captionVideos,
  commandCaptioner,
  describeClasses,
  keyFrames,
  readClassDescriptions,
  type VideoToCaption,
} from '@tgm/models';
import { writeTinyCaptioner } from '@tgm/models/testing';
import { decodeClip, probeVideo } from '@tgm/video-io';
import { COLOUR_NAMES } from '../../moving-shapes/index.js';
import { figure } from '../figure.js';
import { mean } from '../mask-measures.js';
import type { Row } from '../row.js';
import { SIZE } from '../settings.js';
import type { World } from '../world.js';

const VIDEOS = 12;

/** The first test videos, with the key frames of their files. */
const videosOf = ({ test }: World): Promise<VideoToCaption[]> =>
  Promise.all(
    Array.from({ length: VIDEOS }, async (_, index) => {
      const { id, source } = await test.at(index);
      return { id, keyFrames: () => framesOf(source) };
    }),
  );

async function framesOf(source: string) {
  const { frameCount } = await probeVideo(source, { countFrames: true });
  return Promise.all(
    keyFrames(frameCount).map(async (frame) => {
      const { frames: pixels } = await decodeClip(source, { indices: [frame], size: SIZE });
      return { frame, picture: { pixels, ...SIZE } };
    }),
  );
}

async function captionsOf(
  path: string,
  videos: readonly VideoToCaption[],
  by: Captioner,
): Promise<CaptionRecord[]> {
  const records: CaptionRecord[] = [];
  for await (const { record } of captionVideos(path, videos, by)) records.push(record);
  return records;
}

const byCommand = (model: string): Captioner =>
  commandCaptioner({
    command: process.execPath,
    args: [join(import.meta.dirname, '../colour-captioner.mjs')],
    ...{ model, revision: 'stand-in' },
  });

const STANDS_IN = 'a program in JavaScript that names hues stands where Python would run the model';

/** An answer of a server with OpenAI's interface. */
interface Choice {
  readonly message: { readonly content: string };
}

/** What says in words what videos show. */
export const captionerRows: readonly Row[] = [
  {
    name: 'ViT-GPT2',
    part: 'captioner',
    runs: 'captioner by Transformers.js, captionVideos',
    reading:
      'an encoder and a decoder of six words are written here: what is shown is that such a model opens and writes',
    async run(world) {
      const model = join(world.folder, 'captioner');
      await writeTinyCaptioner(model);
      const words = await captioner({ model, revision: 'drawn', dtype: 'fp32', offline: true });
      const videos = await videosOf(world);
      const records = await captionsOf(join(world.folder, 'vit-gpt2.jsonl'), videos, words);
      await words.dispose();
      let [right, all] = [0, 0];
      for (const [index, { captions, frameIndices }] of records.entries()) {
        const seen = await videos[index]!.keyFrames();
        for (const [at, caption] of captions.entries()) {
          const { picture } = seen.find(({ frame }) => frame === frameIndices[at])!;
          const grey = mean(picture.pixels);
          // The model looks at 4 x 4 pixels, whose mean may be another one close to the middle.
          if (Math.abs(grey - 127.5) < 6) continue;
          all += 1;
          if (caption === `a ${grey > 127.5 ? 'bright' : 'dark'} scene`) right += 1;
        }
      }
      return figure(
        `"a bright scene" or "a dark scene" as the frame's mean says in ${right} of ${all}`,
        right === all && all >= VIDEOS,
        'what the mean says',
      );
    },
  },
  {
    name: 'BLIP',
    part: 'captioner',
    runs: 'commandCaptioner, captionVideos',
    reading: STANDS_IN,
    async run(world) {
      const blip = byCommand('blip');
      const records = await captionsOf(join(world.folder, 'blip.jsonl'), await videosOf(world), blip);
      await blip.dispose();
      const right = records.filter(({ captions }, index) =>
        captions.includes(`something ${world.testRows[index]!.colour}`),
      ).length;
      return figure(
        `names the object's colour in ${right} of ${VIDEOS} videos, chance ${VIDEOS / COLOUR_NAMES.length}`,
        right >= 0.75 * VIDEOS,
        'the colour of the object',
      );
    },
  },
  {
    name: 'BLIP-2',
    part: 'captioner',
    runs: 'commandCaptioner, captionVideos in two runs',
    reading: `${STANDS_IN}; the README has the program for BLIP-2`,
    async run(world) {
      const path = join(world.folder, 'blip2.jsonl');
      const videos = await videosOf(world);
      const first = byCommand('blip2');
      for await (const { done } of captionVideos(path, videos, first)) if (done === VIDEOS / 2) break;
      await first.dispose();
      const second = byCommand('blip2');
      let known = 0;
      for await (const event of captionVideos(path, videos, second)) if (event.known) known += 1;
      const records = await captionsOf(path, videos, second);
      const whole = await captionsOf(join(world.folder, 'blip2-whole.jsonl'), videos, second);
      await second.dispose();
      return figure(
        `${known} of ${VIDEOS} videos from a run that was ended, ${VIDEOS - known} after it, the captions of one run`,
        known === VIDEOS / 2 && JSON.stringify(records) === JSON.stringify(whole),
        'a run that goes on where it ended',
      );
    },
  },
  {
    name: 'CoCa',
    part: 'captioner',
    runs: 'commandCaptioner, pictures side by side',
    reading: STANDS_IN,
    async run(world) {
      const coca = byCommand('coca');
      const videos = await videosOf(world);
      const frames = (await Promise.all(videos.map((video) => video.keyFrames()))).flat();
      const together = await Promise.all(frames.map(({ picture }) => coca.caption(picture)));
      const alone: string[] = [];
      for (const { picture } of frames) alone.push(await coca.caption(picture));
      await coca.dispose();
      const same = together.filter((caption, index) => caption === alone[index]).length;
      return figure(
        `${same} of ${frames.length} captions of pictures asked at once are those of one after another, ${new Set(alone).size} kinds`,
        same === frames.length && new Set(alone).size > 3,
        'an answer to each question',
      );
    },
  },
  {
    name: 'GPT-3',
    part: 'captioner',
    runs: 'describeClasses by a server, readClassDescriptions, classTexts',
    reading: "a server in this process with OpenAI's interface and a fixed sentence stands for the model",
    async run(world) {
      const server = createServer(async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        const { n, messages } = JSON.parse(body);
        const content = (at: number): string => `A person shows ${at} things of ${messages[0].content}`;
        const choices = Array.from({ length: n }, (_, at) => ({ message: { content: content(at) } }));
        response.end(JSON.stringify({ choices }));
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`;
      const writer = {
        ...{ model: 'gpt', revision: 'stand-in' },
        async write(question: string) {
          const messages = [{ role: 'user', content: question }];
          const response = await fetch(url, { method: 'POST', body: JSON.stringify({ n: 2, messages }) });
          const { choices } = (await response.json()) as { choices: Choice[] };
          return choices.map(({ message }) => message.content);
        },
      };
      const path = join(world.folder, 'classes.json');
      const questions = ['{}.', 'doing {}.'];
      try {
        for await (const _ of describeClasses({ path, classes: COLOUR_NAMES, writer, questions }));
      } finally {
        await new Promise((closed) => server.close(closed).closeAllConnections());
      }
      const descriptions = await readClassDescriptions(path);
      const { texts, textClasses } = classTexts({ classes: COLOUR_NAMES, descriptions });
      const right = texts.filter((text, at) => text.includes(COLOUR_NAMES[textClasses[at]!]!)).length;
      return figure(
        `${right} of ${texts.length} texts for zero-shot classification speak of their class, 2 answers to 2 questions each`,
        right === texts.length && texts.length === 4 * COLOUR_NAMES.length,
        'every answer with its class',
      );
    },
  },
];
