import { captionSection } from '../captions/caption-section.js';
import { dataSection, validationSection } from '../data/data-section.js';
import { exportSection } from '../exporting/export-section.js';
import { masksSection } from '../masks/masks-section.js';
import { evaluateSection } from '../measuring/evaluate-section.js';
import { probeSection } from '../measuring/probe-section.js';
import { retrieveSection } from '../measuring/retrieve-section.js';
import { planSection } from '../plan/plan-section.js';
import { scoreSection } from '../scores/score-section.js';
import { shardsSection } from '../shards/shards-section.js';
import { teacherSection } from '../teacher/teacher-section.js';
import { finetuneSection } from '../training/finetune-section.js';
import { pretrainSection } from '../training/pretrain-section.js';
import { watchSection } from '../watch/watch-section.js';
import type { Section } from './section.js';
import type { TgmConfig } from './tgm-config.js';

/** Every section of a configuration. */
export const SECTIONS: Readonly<Record<keyof TgmConfig, Section>> = {
  data: dataSection,
  validation: validationSection,
  caption: captionSection,
  masks: masksSection,
  shards: shardsSection,
  teacher: teacherSection,
  score: scoreSection,
  watch: watchSection,
  evaluate: evaluateSection,
  retrieve: retrieveSection,
  export: exportSection,
  pretrain: pretrainSection,
  finetune: finetuneSection,
  probe: probeSection,
  plan: planSection,
};
