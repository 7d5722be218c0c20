/** Plots of curves: their mean, the room they need, ticks and paths. Values in, values out. */

/** A step and the value logged there; `null` where that is no finite number. */
export type Point = readonly [number, number | null];

/** The curves of one metric, by repeat. */
export type Curves = Readonly<Record<string, readonly Point[]>>;

/** From the lowest to the highest. */
export interface IRange {
  readonly low: number;
  readonly high: number;
}

/** The mean of the repeats at each step that at least half of them, and no fewer than two, have. */
export function mean(curves: Curves): readonly Point[] {
  const sums = new Map<number, { sum: number; n: number }>();
  const all = Object.values(curves);
  for (const points of all) {
    for (const [step, value] of points) {
      if (value !== null) {
        const so_far = sums.get(step) ?? { sum: 0, n: 0 };
        sums.set(step, { sum: so_far.sum + value, n: so_far.n + 1 });
      }
    }
  }
  const enough = Math.max(2, all.length / 2);
  return Array.from(sums)
    .filter(([, { n }]) => n >= enough)
    .map(([step, { sum, n }]): Point => [step, sum / n])
    .sort(([one], [other]) => one - other);
}

/** The room that numbers need; `null` without any. */
export function range(values: Iterable<number>): IRange | null {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : null;
}

/** All steps of some curves, in order, each once. */
export function steps(curves: Curves): readonly number[] {
  const all = new Set(Object.values(curves).flatMap(points => points.map(([step]) => step)));
  return Array.from(all).sort((one, other) => one - other);
}

/** All finite values of some curves. */
export function values(curves: Curves): readonly number[] {
  return Object.values(curves).flatMap(points =>
    points.map(([, value]) => value).filter(value => value !== null)
  );
}

/** Round numbers within a range, about as many as wanted; its one number where it has no width. */
export function ticks({ low, high }: IRange, wanted: number): readonly number[] {
  const rough = (high - low) / Math.max(1, wanted);
  if (!(rough > 0) || !Number.isFinite(rough)) {
    return [low];
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(one => one * power).find(one => one >= rough) ?? 10 * power;
  const found: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9 && found.length < 100; k++) {
    // 3 * 0.1 is 0.30000000000000004.
    found.push(Number((k * step).toPrecision(12)));
  }
  return found.length > 0 ? found : [low];
}

/** A range with some room at both ends. */
export function roomier({ low, high }: IRange): IRange {
  const room = 0.04 * (high - low);
  return { low: low - room, high: high + room };
}

/** A number on an axis or in a table: short, and never rounded to another one that is told apart. */
export function label(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    return value.toExponential(3).replace(/\.?0+e/, 'e');
  }
  return String(Number(value.toPrecision(6)));
}

/** Where a value stands between two ends of the paper. */
export function place({ low, high }: IRange, from: number, to: number): (value: number) => number {
  const span = high - low;
  return value => (span > 0 ? from + ((value - low) / span) * (to - from) : (from + to) / 2);
}

/** The path through some points, broken where a value is missing. */
export function path(
  points: readonly Point[],
  x: (step: number) => number,
  y: (value: number) => number
): string {
  let pen = 'M';
  const drawn: string[] = [];
  for (const [step, value] of points) {
    if (value === null) {
      pen = 'M';
      continue;
    }
    drawn.push(`${pen}${x(step).toFixed(1)} ${y(value).toFixed(1)}`);
    pen = 'L';
  }
  return drawn.join('');
}

/** The one of some sorted numbers that is nearest; `null` without any. */
export function nearest(sorted: readonly number[], wanted: number): number | null {
  let best: number | null = null;
  for (const one of sorted) {
    if (best === null || Math.abs(one - wanted) <= Math.abs(best - wanted)) {
      best = one;
    }
  }
  return best;
}
