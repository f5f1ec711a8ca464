import { type Field, objectWith } from '@tgm/options';
import type { ClipRecipe } from './recipe.js';

/** A recipe as an option. */
export const recipeField = (): Field<ClipRecipe> =>
  objectWith<ClipRecipe>('a recipe', ['size', 'clips', 'plan', 'describe']);
