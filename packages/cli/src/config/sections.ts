import { captionSection } from '../captions/caption-section.js';
import { dataSection } from '../data/data-section.js';
import { retrieveSection } from '../measuring/retrieve-section.js';
import { scoreSection } from '../scores/score-section.js';
import { shardsSection } from '../shards/shards-section.js';
import { teacherSection } from '../teacher/teacher-section.js';
import { watchSection } from '../watch/watch-section.js';
import type { Section } from './section.js';
import type { TgmConfig } from './tgm-config.js';

/** Every section of a configuration. */
export const SECTIONS: Readonly<Record<keyof TgmConfig, Section>> = {
  data: dataSection,
  caption: captionSection,
  shards: shardsSection,
  teacher: teacherSection,
  score: scoreSection,
  watch: watchSection,
  retrieve: retrieveSection,
};
