import { eitherOf, type Field, number, text } from '@tgm/options';

export const seedField = (): Field<number | string> => eitherOf('a number or a text', number(), text());
