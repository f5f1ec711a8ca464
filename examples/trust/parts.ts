import { captionsPart } from './captions-part.js';
import { leakPart } from './leak-part.js';
import { masksPart } from './masks-part.js';
import type { TrustPart } from './part.js';
import { storePart } from './store-part.js';

/** What `npm run trust` measures, in this order. */
export const PARTS: readonly TrustPart[] = [masksPart, captionsPart, storePart, leakPart()];
