import { cosineSchedule } from '@tgm/train';
import { type Fixture, numbers } from '../fixture.js';
import { compare, type Quantity } from '../quantity.js';
import { toleranceOf } from '../tolerance.js';

/** Cosine schedules with warm-up. */
export function* checkSchedules(fixture: Fixture): Generator<Quantity> {
  for (const given of fixture.json.cases) {
    const warmupEpochs = given.warmup_epochs ?? 0;
    const perEpoch = given.niter_per_ep;
    const warmupSteps = given.warmup_steps > 0 ? given.warmup_steps : warmupEpochs * perEpoch;
    const schedule = cosineSchedule({
      base: given.base_value,
      final: given.final_value,
      steps: given.epochs * perEpoch,
      warmupSteps: warmupEpochs > 0 ? warmupSteps : 0,
      start: given.start_warmup_value ?? 0,
    });
    const got = Array.from({ length: given.length }, (_, step) => schedule.at(step));
    const tolerance = toleranceOf(fixture.json.tolerance, 'values');
    yield compare(given.name, got, numbers(fixture, given.name), tolerance);
  }
}
