import type { Random } from '@tgm/masking';
import type { Level } from './level.js';
import { type Action, FRAME_COUNT, FRAME_SIZE } from './world.js';

/** Where and how a body is drawn in one frame. */
export interface Pose {
  /** Centre in pixels from the left and top edge of the frame. */
  readonly x: number;
  readonly y: number;
  /** Pixels. */
  readonly radius: number;
  /** Radians, clockwise on the screen. */
  readonly angle: number;
  /** Factor of the colour, (0, 1]. */
  readonly brightness: number;
}

export const uniform = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** The frame's time relative to the middle of the clip, so that no single frame gives a direction away. */
const centred = (frame: number): number => frame - (FRAME_COUNT - 1) / 2;

/** -1 ... 1 ... -1 with the given number of frames from one turn to the next. */
function triangleWave(frame: number, framesPerLeg: number): number {
  const phase = frame / framesPerLeg;
  const leg = Math.floor(phase);
  const rise = 2 * (phase - leg) - 1;
  return leg % 2 === 0 ? rise : -rise;
}

/** [FRAME_COUNT] poses of a body of the named kind, about 16-24 pixels in radius at 3-4.5 pixels per frame. */
export function actionPoses(action: Action, random: Random): Pose[] {
  const x = FRAME_SIZE / 2 + uniform(random, -12, 12);
  const y = FRAME_SIZE / 2 + uniform(random, -12, 12);
  const radius = uniform(random, 16, 24);
  const angle = uniform(random, -0.35, 0.35);
  const speed = uniform(random, 3, 4.5);
  const sense = random() < 0.5 ? -1 : 1;
  const phase = random();
  const rest: Pose = { x, y, radius, angle, brightness: 1 };

  const poseAt = (frame: number): Pose => {
    const path = speed * centred(frame);
    switch (action) {
      case 'left':
        return { ...rest, x: x - path };
      case 'right':
        return { ...rest, x: x + path };
      case 'up':
        return { ...rest, y: y - path };
      case 'down':
        return { ...rest, y: y + path };
      case 'clockwise':
      case 'counterclockwise': {
        const orbit = 11 + 4 * phase;
        const turn = (action === 'clockwise' ? path : -path) / orbit + 2 * Math.PI * phase;
        return { ...rest, x: x + orbit * Math.cos(turn), y: y + orbit * Math.sin(turn) };
      }
      case 'grow':
        return { ...rest, radius: 19 + 1.2 * centred(frame) };
      case 'shrink':
        return { ...rest, radius: 19 - 1.2 * centred(frame) };
      case 'spin':
        return { ...rest, angle: angle + sense * (0.07 * speed) * frame };
      case 'flash':
        return { ...rest, brightness: Math.floor(frame / 4 + 2 * phase) % 2 === 0 ? 1 : 0.4 };
      case 'zigzag':
        return { ...rest, x: x + 0.5 * sense * path, y: y + 2 * speed * triangleWave(frame, 4) };
      case 'still':
        return rest;
    }
  };
  return Array.from({ length: FRAME_COUNT }, (_, frame) => poseAt(frame));
}

/** A coordinate that bounces between two walls. */
function reflect(position: number, low: number, high: number): number {
  const span = high - low;
  const folded = (((position - low) % (2 * span)) + 2 * span) % (2 * span);
  return low + (folded <= span ? folded : 2 * span - folded);
}

/** [FRAME_COUNT] poses of a small unnamed body; three in four wander and bounce off the frame's edges. */
export function distractorPoses(random: Random): Pose[] {
  const radius = uniform(random, 7, 11);
  const low = radius;
  const high = FRAME_SIZE - radius;
  const x = uniform(random, low, high);
  const y = uniform(random, low, high);
  const angle = uniform(random, -0.35, 0.35);
  const speed = random() < 0.75 ? uniform(random, 1.5, 4) : 0;
  const heading = uniform(random, 0, 2 * Math.PI);
  return Array.from({ length: FRAME_COUNT }, (_, frame) => ({
    x: reflect(x + speed * frame * Math.cos(heading), low, high),
    y: reflect(y + speed * frame * Math.sin(heading), low, high),
    radius,
    angle,
    brightness: 1,
  }));
}

/** Camera motion in pixels per frame; null where the camera rests. */
export function cameraDrift(
  camera: Level['camera'],
  random: Random,
): { readonly x: number; readonly y: number } | null {
  const rests = random() < 0.5;
  if (camera === 'rests' || (camera === 'either' && rests)) return null;
  const speed = uniform(random, 0.8, 1.8);
  const heading = uniform(random, 0, 2 * Math.PI);
  return { x: speed * Math.cos(heading), y: speed * Math.sin(heading) };
}

/** Displacement in pixels of the whole scene at a moment, zero in the middle of the clip. */
export function driftAt(drift: { readonly x: number; readonly y: number } | null, moment: number) {
  return { x: (drift?.x ?? 0) * centred(moment), y: (drift?.y ?? 0) * centred(moment) };
}
