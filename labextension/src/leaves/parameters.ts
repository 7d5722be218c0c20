/** Parameters: what experiments are set to, told once where many share it. */
import type { IRow, Value } from '../tokens';

export type Parameters = Readonly<Record<string, Value>>;

const NONE: Parameters = {};

/** A value as Python writes it. */
export function inWords(value: Value): string {
  if (value === null) {
    return 'None';
  }
  return value === true ? 'True' : value === false ? 'False' : String(value);
}

/** A parameter; undefined where there is none, also of such a name as every object has. */
export function valueOf(parameters: Parameters, name: string): Value | undefined {
  return Object.prototype.hasOwnProperty.call(parameters, name) ? parameters[name] : undefined;
}

/**
 * The rows of an answer with all their parameters.
 *
 * Each of them tells only what its parent is not, where that one comes before it. What a server without parameters
 * answers has none.
 */
export function whole(rows: readonly IRow[]): readonly IRow[] {
  const known = new Map<number, Parameters>();
  return rows.map(row => {
    const { lacks, ...told } = row;
    const own = (row.parameters as Parameters | undefined) ?? NONE;
    const base = row.parent === null ? undefined : known.get(row.parent);
    let parameters = own;
    if (base !== undefined) {
      // Of ten thousand that are set alike, all share one object.
      const same = lacks === undefined && Object.keys(own).length === 0;
      parameters = same ? base : { ...base, ...own };
      if (lacks !== undefined) {
        const gone = new Set(lacks);
        parameters = Object.fromEntries(Object.entries(parameters).filter(([name]) => !gone.has(name)));
      }
    }
    known.set(row.number, parameters);
    return parameters === row.parameters && lacks === undefined ? row : { ...told, parameters };
  });
}

/** A parameter of a series. */
export interface ISpread {
  readonly name: string;
  /** Whether not all experiments that are set to anything have it alike. */
  readonly differs: boolean;
  /** How often it is another one than the parent's. */
  readonly changes: number;
  /** How many experiments have it. */
  readonly n: number;
}

/** All parameters of some experiments, by name: those that change most often first, then those that most have. */
export function spread(rows: readonly IRow[]): ReadonlyMap<string, ISpread> {
  const of = new Map(rows.map(row => [row.number, row.parameters]));
  const found = new Map<string, { value: Value; n: number; apart: boolean; changes: number }>();
  let configured = 0;
  for (const { parent, parameters } of rows) {
    const names = Object.keys(parameters);
    configured += names.length > 0 ? 1 : 0;
    const base = parent === null ? undefined : of.get(parent);
    for (const name of names) {
      const value = parameters[name] ?? null;
      const one = found.get(name);
      const before = base === undefined || base === parameters ? undefined : valueOf(base, name);
      const changed = before !== undefined && before !== value;
      if (one === undefined) {
        found.set(name, { value, n: 1, apart: false, changes: Number(changed) });
      } else {
        one.n += 1;
        one.apart ||= one.value !== value;
        one.changes += Number(changed);
      }
    }
  }
  const all = Array.from(found, ([name, { n, apart, changes }]): ISpread => {
    return { name, differs: apart || n < configured, changes, n };
  });
  return new Map(
    all.sort((one, other) => other.changes - one.changes || other.n - one.n).map(one => [one.name, one])
  );
}

/** A text without the quotes that source has around it. */
export function bare(value: string | null): string | null {
  return value === null ? null : value.replace(/^(['"])(.*)\1$/su, '$2');
}

/** The last part of a name, by which people call it: `max_depth` of `model.max_depth`. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1) || name;
}

/** The names that are meant by one: that one, whatever its case; else those that end in it. */
export function meantBy(asked: string, names: Iterable<string>): readonly string[] {
  const all = Array.from(names);
  const wanted = asked.toLocaleLowerCase();
  const named = all.filter(name => name.toLocaleLowerCase() === wanted);
  const exact = named.filter(name => name === asked);
  if (named.length > 0) {
    return exact.length > 0 ? exact : named;
  }
  return all.filter(name => {
    const lower = name.toLocaleLowerCase();
    return lower.endsWith(`.${wanted}`) || lower === `$${wanted}`;
  });
}
