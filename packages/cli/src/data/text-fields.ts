import { passing } from '@tgm/options';

/** A caption, or what is asked for. */
export const someWords = () =>
  passing(
    'a text of some words',
    (value): value is string => typeof value === 'string' && value.trim() !== '',
  );

/** A text about a class, with `{}` where its name goes. */
export const template = () =>
  passing('a text with {}', (value): value is string => typeof value === 'string' && value.includes('{}'));
