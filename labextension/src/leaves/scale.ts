/** Scale: where values stand in a strip, all strips on one scale. */

/** The values at the two ends of a strip. */
export interface IScale {
  readonly low: number;
  readonly high: number;
}

/** Where a value stands: from 0 to 1, and whether it lies beyond the end. */
export interface ISpot {
  readonly at: number;
  readonly beyond: boolean;
}

/** How many times the middle half's width a value may lie outside of it and still stretch the scale. */
const REACH = 3;
/** So many values tell where most of them lie. */
const SAMPLE = 4096;

function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  const part = position % 1;
  // Not the difference times the part: of two huge values that is infinite.
  return part === 0 ? below : below * (1 - part) + above * part;
}

/**
 * The scale for some values; `null` where there are none.
 *
 * It spans all of them but the few that lie so far out that they would press all others together.
 */
export function scaleOf(values: readonly number[]): IScale | null {
  const finite = values.filter(value => Number.isFinite(value));
  if (finite.length === 0) {
    return null;
  }
  const step = Math.ceil(finite.length / SAMPLE);
  const sorted = finite.filter((_, index) => index % step === 0).sort((one, other) => one - other);
  const least = finite.reduce((one, other) => Math.min(one, other));
  const most = finite.reduce((one, other) => Math.max(one, other));
  const [lower, upper] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const reach = REACH * (upper - lower);
  if (!(reach > 0) || !Number.isFinite(reach)) {
    return { low: least, high: most };
  }
  // The ends are values, so that the scale is no wider than what it shows.
  const inside = finite.filter(value => value >= lower - reach && value <= upper + reach);
  return {
    low: inside.reduce((one, other) => Math.min(one, other), upper),
    high: inside.reduce((one, other) => Math.max(one, other), lower)
  };
}

/** Where a value stands on a scale; in the middle where all values are the same. */
export function spot(scale: IScale, value: number): ISpot {
  if (value === scale.low && value === scale.high) {
    return { at: 0.5, beyond: false };
  }
  if (value <= scale.low) {
    return { at: 0, beyond: value < scale.low };
  }
  if (value >= scale.high) {
    return { at: 1, beyond: value > scale.high };
  }
  // Halved first: the difference of two huge values is infinite.
  const width = scale.high / 2 - scale.low / 2;
  const at = width > 0 ? (value / 2 - scale.low / 2) / width : (value - scale.low) / (scale.high - scale.low);
  return { at: Math.min(1, Math.max(0, at)), beyond: false };
}
