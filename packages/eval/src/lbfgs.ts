/** Value and gradient of a smooth function at one point. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface LbfgsOptions {
  /** Stops when no entry of the gradient is larger in size than this. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface LbfgsResult extends Evaluation {
  readonly point: Float64Array;
  readonly iterations: number;
  /** False when it stopped at `maxIterations`, or where rounding hid any further descent. */
  readonly converged: boolean;
}

/** Pairs of steps and gradient changes that the curvature estimate remembers (Nocedal and Wright, section 7.2: 3-20). */
const MEMORY = 10;
/** Armijo's constant (Nocedal and Wright, section 3.1). */
const SUFFICIENT_DECREASE = 1e-4;
/** Relative rounding of a value summed in single precision: smaller rises are not counted as rises. */
const VALUE_ROUNDING = 1e-7;
const MAX_HALVINGS = 20;

/**
 * Minimises a smooth convex function by L-BFGS with a halving line search (Nocedal and Wright, Numerical
 * Optimization, algorithms 7.4 and 7.5). Deterministic.
 */
export async function lbfgs(
  evaluate: (point: Float64Array) => Promise<Evaluation>,
  start: Float64Array,
  { tolerance, maxIterations }: LbfgsOptions,
): Promise<LbfgsResult> {
  let point = start;
  let { value, gradient } = await evaluate(point);
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];

  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (largest(gradient) <= tolerance) {
      return { point, value, gradient, iterations: iteration, converged: true };
    }
    const direction = descent(gradient, steps, changes);
    const slope = dot(gradient, direction);
    let length = steps.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    let next: Float64Array | undefined;
    let reached: Evaluation | undefined;
    for (let halving = 0; halving < MAX_HALVINGS; halving++, length /= 2) {
      const candidate = point.slice();
      addScaled(candidate, direction, length);
      const evaluation = await evaluate(candidate);
      const limit = value + SUFFICIENT_DECREASE * length * slope + VALUE_ROUNDING * Math.abs(value);
      if (evaluation.value <= limit) {
        next = candidate;
        reached = evaluation;
        break;
      }
    }
    if (next === undefined || reached === undefined) {
      return { point, value, gradient, iterations: iteration, converged: false };
    }
    remember(steps, changes, point, next, gradient, reached.gradient);
    point = next;
    ({ value, gradient } = reached);
  }
  return {
    point,
    value,
    gradient,
    iterations: maxIterations,
    converged: largest(gradient) <= tolerance,
  };
}

/** The two-loop recursion: minus the inverse-Hessian estimate times the gradient. */
function descent(gradient: Float64Array, steps: Float64Array[], changes: Float64Array[]): Float64Array {
  const direction = gradient.map((g) => -g);
  const factors: number[] = [];
  for (let k = steps.length - 1; k >= 0; k--) {
    const factor = dot(steps[k]!, direction) / dot(steps[k]!, changes[k]!);
    factors[k] = factor;
    addScaled(direction, changes[k]!, -factor);
  }
  const last = steps.length - 1;
  if (last >= 0) {
    const scale = dot(steps[last]!, changes[last]!) / dot(changes[last]!, changes[last]!);
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (let k = 0; k < steps.length; k++) {
    const correction = factors[k]! - dot(changes[k]!, direction) / dot(steps[k]!, changes[k]!);
    addScaled(direction, steps[k]!, correction);
  }
  return direction;
}

/** Keeps the pair only where it shows upward curvature, so that the estimate stays positive definite. */
function remember(
  steps: Float64Array[],
  changes: Float64Array[],
  from: Float64Array,
  to: Float64Array,
  before: Float64Array,
  after: Float64Array,
): void {
  const step = to.slice();
  addScaled(step, from, -1);
  const change = after.slice();
  addScaled(change, before, -1);
  const curvature = dot(step, change);
  if (curvature <= 1e-10 * dot(change, change)) return;
  steps.push(step);
  changes.push(change);
  if (steps.length > MEMORY) {
    steps.shift();
    changes.shift();
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}

function largest(values: Float64Array): number {
  let size = 0;
  for (const value of values) size = Math.max(size, Math.abs(value));
  return size;
}
