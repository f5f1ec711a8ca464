import { type Field, objectWith } from '@tgm/options';
import type { UntoldRecipe } from './recipe.js';

/** A recipe as an option. */
export const recipeField = (): Field<UntoldRecipe> =>
  objectWith<UntoldRecipe>('a recipe', ['size', 'clips', 'plan']);
