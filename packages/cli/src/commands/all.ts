import { caption } from './caption.js';
import type { Command } from './command.js';
import { data } from './data.js';
import { doctor } from './doctor.js';
import { evaluate } from './evaluate.js';
import { exportModel } from './export.js';
import { finetune } from './finetune.js';
import { masks } from './masks.js';
import { plan } from './plan.js';
import { pretrain } from './pretrain.js';
import { probe } from './probe.js';
import { resume } from './resume.js';
import { retrieve } from './retrieve.js';
import { score } from './score.js';
import { shards } from './shards.js';
import { watch } from './watch.js';

/** Every command, in the order of a project. */
export const COMMANDS: readonly Command[] = [
  doctor,
  data,
  caption,
  score,
  shards,
  masks,
  plan,
  pretrain,
  finetune,
  resume,
  probe,
  evaluate,
  retrieve,
  exportModel,
  watch,
];
