import { fileURLToPath } from 'node:url';

/**
 * The folder of the tiny CLIP that comes with the package, for `loadClipModel`. It knows the coloured shapes of Moving Shapes.
 *
 * This file lies in `src` itself, as deep as what is built of it lies in `dist`: the way to the folder is then one way.
 */
export const TINY_CLIP_FOLDER = fileURLToPath(new URL('../models/tiny-clip-model', import.meta.url));
