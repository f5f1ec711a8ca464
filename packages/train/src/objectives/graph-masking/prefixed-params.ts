import type { Params } from '@tgm/models';

/** The parameters under names that begin with a prefix. */
export const underPrefix = (prefix: string, params: Params): Params =>
  Object.fromEntries(Object.entries(params).map(([name, tensor]) => [prefix + name, tensor]));

/** Those whose names begin with a prefix, by the rest of their names. */
export const ofPrefix = (prefix: string, params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    ),
  );
