import { hiddenPercent, maskFacts } from '../masks/mask-facts.js';
import { type MasksOptions, masksSection } from '../masks/masks-section.js';
import { writeMasks } from '../masks/write-masks.js';
import { warn } from '../program/say.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { teacherSection } from '../teacher/teacher-section.js';
import type { Command } from './command.js';

export const masks: Command = {
  name: 'masks',
  says: 'Draws what masks hide of a clip: a picture, a film or a page of its frames, the heat map of a caption and masks',
  details: `Examples:
  tgm masks --out masks.png videos/a.mp4 "a caption"
  tgm masks --out masks.gif videos/a.mp4 "a caption" --masks text,tube,motion --ratio 0.75
  tgm masks --out masks.html videos/a.mp4 --masks all

A picture has the first frame of each token, a film all frames in their own time. What is grey is hidden. A mask hides whole tokens,
so that some miss the ratio: frame hides whole slices of two frames, running-cell one to three cells of each 2 x 2. A CLIP has to
know what your videos show: the tiny one that comes along knows coloured shapes alone, and its maps of other videos mean nothing.
Name yours by --clip.`,
  sections: [teacherSection, masksSection],
  positionals: [
    { section: 'masks', option: 'video', shown: '<video>' },
    { section: 'masks', option: 'caption', shown: '["a caption"]' },
  ],
  async run({ sections, signal }) {
    const options = sections.masks!.values as unknown as MasksOptions;
    const masked = await writeMasks(options, sections.teacher!.values as TeacherOptions, signal);
    const { clip, indices, times, fps, repeated, withoutCaption, motion, teacher } = masked;
    const facts = maskFacts(masked);
    for (const name of ['repeated', 'left out']) if (facts[name]) warn(`  ${name} ${facts[name]}`);
    const lines = Object.entries(facts).map(([name, fact]) => `${name.padEnd(11)} ${fact}`);
    return {
      json: {
        out: options.out,
        strips: [
          'frames',
          ...clip.scores!.map(({ name }) => name),
          ...clip.masks!.map(({ strategy }) => strategy),
        ],
        hidden: hiddenPercent(masked),
        grid: clip.grid,
        frames: [...indices],
        times: [...times],
        fps,
        repeated,
        withoutCaption,
        ...(motion && { motion }),
        ...(teacher && { teacher }),
      },
      text: `${options.out}\n${lines.join('\n')}`,
    };
  },
};
