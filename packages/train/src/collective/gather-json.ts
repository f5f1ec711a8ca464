import type { Json } from '@tgm/options';
import type { Collective } from './collective.js';

/** What each rank says, in the order of ranks. NaN and the infinities come as they are. */
export async function gatherJson(collective: Collective, value: Json): Promise<Json[]> {
  const text = JSON.stringify(value, (_, each) =>
    typeof each === 'number' && !Number.isFinite(each) ? { [NOT_FINITE]: String(each) } : each,
  );
  const gathered = await collective.allGather(new TextEncoder().encode(text));
  return gathered.map(
    (bytes) =>
      JSON.parse(new TextDecoder().decode(bytes), (_, each) =>
        typeof each === 'object' && each !== null && NOT_FINITE in each ? Number(each[NOT_FINITE]) : each,
      ) as Json,
  );
}

/** A name that nothing else has. */
const NOT_FINITE = '\0number';
