import { seededRandom } from '@tgm/masking';
import {
  COLOUR_NAMES,
  captionsOf,
  type Scene,
  SHAPES,
  secondBody,
  smallName,
} from '../moving-shapes/index.js';

/** What the tokens of a clip are scored against. */
export type Wording =
  /** The caption that names the object. */
  | 'own'
  /** The same of another clip, as `scoreClips` draws it. */
  | 'shuffled'
  /** The own one with another colour and another shape. */
  | 'wrong'
  /** With the background, the smaller shapes and the camera. */
  | 'scene'
  /** With one of the smaller shapes. */
  | 'pair'
  /** That smaller shape alone. */
  | 'second';

/** Those that the scene of a clip decides. */
export type OwnWordings = Readonly<Record<Exclude<Wording, 'shuffled'>, string>>;

/** The first caption of each kind. */
export function wordingsOf(scene: Scene): OwnWordings {
  const { seed, split, index } = scene.key;
  const random = seededRandom('trust', 'wrong caption', seed, split, index);
  const other = <T>(all: readonly T[], own: T): T => {
    const others = all.filter((each) => each !== own);
    return others[Math.floor(random() * others.length)]!;
  };
  const { colour, shape } = scene.object;
  const wrong = { ...scene.object, colour: other(COLOUR_NAMES, colour), shape: other(SHAPES, shape) };
  const first = (all: readonly string[]): string => all[0]!;
  const { object, scene: whole, pair } = captionsOf(scene);
  return {
    own: first(object),
    wrong: first(captionsOf({ ...scene, object: wrong }).object),
    scene: first(whole),
    pair: first(pair),
    second: smallName(scene, secondBody(scene)),
  };
}
