import type { Shape } from './world.js';

/** Signed distance from (u, v) to the edge of a shape of radius 1 at the origin, negative inside. */
export type SignedDistance = (u: number, v: number) => number;

function box(u: number, v: number, halfWidth: number, halfHeight: number): number {
  return Math.max(Math.abs(u) - halfWidth, Math.abs(v) - halfHeight);
}

/** Point up, on the circle of radius 1.15, so that its area is near that of the other shapes. */
function triangle(u: number, v: number): number {
  const side = Math.abs(u) * (Math.sqrt(3) / 2) - v / 2;
  return Math.max(side, v) - 0.575;
}

export const SHAPE_DISTANCES: Readonly<Record<Shape, SignedDistance>> = {
  circle: (u, v) => Math.sqrt(u * u + v * v) - 1,
  square: (u, v) => box(u, v, 0.84, 0.84),
  triangle,
  cross: (u, v) => Math.min(box(u, v, 1.05, 0.36), box(u, v, 0.36, 1.05)),
  ring: (u, v) => Math.abs(Math.sqrt(u * u + v * v) - 0.74) - 0.26,
};

/** Farthest point of any shape from its centre, in radii. */
export const SHAPE_REACH = 1.2;

/** Signed distance to the dark strip from near the centre outwards, along (1, 0). */
export const notchDistance: SignedDistance = (u, v) => Math.max(Math.abs(v) - 0.15, 0.3 - u);
