/**
 * Filter: which experiments are meant by a line that people type.
 *
 * Terms stand beside one another and all must hold: `boosting accuracy>0.93 #paper verdict:improved -status:failed
 * parent:9 star note:"class weights" max_depth>3 model.max_depth:5`. A `-` in front turns a term round.
 */
import type { IRow, Value } from '../tokens';
import { inWords, meantBy, valueOf } from './parameters';
import { padded } from './words';

/** A line as it was understood. */
export interface IFilter {
  /** Whether a row is meant. */
  readonly matches: (row: IRow) => boolean;
  /** Whether there is nothing to look for, so that all rows are meant. */
  readonly empty: boolean;
  /** The terms that mean nothing here, as they were typed. */
  readonly unknown: readonly string[];
}

type Test = (row: IRow) => boolean;

/** What terms can be about. */
export interface IFiltered {
  /** The metrics that the series has. */
  readonly metrics: readonly string[];
  /** The metric whose verdict is meant. */
  readonly metric: string | null;
  /** The names of the parameters that the series has. */
  readonly parameters: Iterable<string>;
}

const VERDICTS = ['improved', 'worse', 'not sure', 'none'];
const STATUSES = ['planned', 'running', 'finished', 'failed', 'interrupted', 'died', 'damaged'];

/** The terms of a line; a quote that is not closed reaches to the end, as it does while it is typed. */
export function terms(line: string): readonly string[] {
  return line.match(/(?:[^\s"]|"[^"]*(?:"|$))+/g) ?? [];
}

function plain(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase();
}

function unquoted(text: string): string {
  return text.replace(/"/g, '');
}

/** The words that begin so; the word itself is meant alone. */
function meant(words: readonly string[], value: string): readonly string[] {
  const wanted = plain(value).replace(/_/g, ' ');
  return words.includes(wanted) ? [wanted] : words.filter(word => wanted !== '' && word.startsWith(wanted));
}

function compare(symbol: string, value: number): (found: number) => boolean {
  switch (symbol) {
    case '>':
      return found => found > value;
    case '>=':
      return found => found >= value;
    case '<':
      return found => found < value;
    case '<=':
      return found => found <= value;
    case '!=':
      return found => found !== value;
    default:
      return found => found === value;
  }
}

/** What a number in a term is; `93%` is 0.93. */
function numberOf(text: string): number | null {
  const found = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(%?)$/i.exec(text);
  if (found === null) {
    return null;
  }
  const value = Number(found[1]);
  return Number.isFinite(value) ? (found[2] === '%' ? value / 100 : value) : null;
}

/** What to compare under a name: a metric's mean, or one of the numbers that every experiment has. */
function quantity(name: string, metrics: readonly string[]): ((row: IRow) => number | null) | null {
  const metric = metrics.find(one => one === name) ?? metrics.find(one => plain(one) === plain(name)) ?? null;
  if (metric !== null) {
    return row => row.measured[metric]?.mean ?? null;
  }
  switch (plain(name)) {
    case 'number':
      return row => row.number;
    case 'runs':
      return row => row.runs;
    case 'seconds':
      return row => row.seconds;
    case 'warnings':
      return row => row.warnings;
    default:
      return null;
  }
}

/** A parameter as a number; a truth is none, whatever languages say. */
function numeric(value: Value | undefined): number | null {
  return typeof value === 'number' ? value : typeof value === 'string' ? numberOf(value) : null;
}

/** Whether a row has any of the parameters, with a value that holds. */
function parameter(names: readonly string[], holds: (value: Value) => boolean): Test | null {
  return names.length === 0
    ? null
    : row =>
        names.some(name => {
          const value = valueOf(row.parameters, name);
          return value !== undefined && holds(value);
        });
}

/** Whether a parameter is what was typed: as a number where both are one, else in the same words. */
function equals(value: Value, typed: string): boolean {
  const [one, other] = [numeric(value), numberOf(typed)];
  return one !== null && other !== null ? one === other : plain(inWords(value)) === plain(typed);
}

function compared(name: string, symbol: string, typed: string, parameters: Iterable<string>): Test | null {
  const names = meantBy(name, parameters);
  if (symbol === '=' || symbol === '!=') {
    return parameter(names, value => equals(value, typed) === (symbol === '='));
  }
  const wanted = numberOf(typed);
  const holds = wanted === null ? null : compare(symbol, wanted);
  return holds === null
    ? null
    : parameter(names, value => {
        const number = numeric(value);
        return number !== null && holds(number);
      });
}

function comparison(term: string, { metrics, parameters }: IFiltered): Test | null {
  const found = /^(.+?)(>=|<=|!=|=|>|<)(.+)$/.exec(unquoted(term));
  const [, name = '', symbol = '', typed = ''] = found ?? [];
  const read = quantity(name, metrics);
  if (read === null) {
    return compared(name, symbol, typed, parameters);
  }
  const value = numberOf(typed);
  if (value === null) {
    return null;
  }
  const holds = compare(symbol, value);
  return row => {
    const number = read(row);
    return number !== null && holds(number);
  };
}

/** The term `parameter:value`: the same number, or a part of the text. */
function valued(name: string, typed: string, parameters: Iterable<string>): Test | null {
  return parameter(
    meantBy(name, parameters),
    value =>
      equals(value, typed) ||
      (typeof value === 'string' && numberOf(typed) === null && plain(value).includes(plain(typed)))
  );
}

/** The term `key:value`. */
function keyed(key: string, value: string, metric: string | null): Test | null {
  switch (key) {
    case 'verdict': {
      const verdicts = meant(VERDICTS, value);
      return verdicts.length === 0
        ? null
        : row => verdicts.includes((metric === null ? undefined : row.verdicts[metric])?.verdict ?? 'none');
    }
    case 'status': {
      const statuses = meant(STATUSES, value);
      return statuses.length === 0 ? null : row => statuses.includes(row.status);
    }
    case 'parent':
      if (plain(value) === 'none') {
        return row => row.parent === null;
      }
      return /^[0-9]{1,12}$/.test(value) ? row => row.parent === Number(value) : null;
    case 'tag':
      return row => row.tags.some(tag => plain(tag) === plain(value));
    case 'note':
      return value === '' ? row => row.note !== '' : row => plain(row.note).includes(plain(value));
    default:
      return null;
  }
}

/** Whether a row holds a text anywhere. */
function text(value: string): Test {
  const wanted = plain(value);
  return row =>
    padded(row.number).includes(wanted) ||
    [row.note || row.offered, ...row.tags].some(one => plain(one).includes(wanted));
}

function parsed(term: string, about: IFiltered): Test | null {
  const { metric } = about;
  if (term.startsWith('#')) {
    const tag = unquoted(term.slice(1));
    return tag === '' ? null : keyed('tag', tag, metric);
  }
  if (plain(term) === 'star') {
    return row => row.star;
  }
  const key = /^([\p{L}_$][\p{L}\p{N}_.$]*):(.*)$/su.exec(term);
  if (key !== null) {
    const [, name = '', value = ''] = key;
    return keyed(plain(name), unquoted(value), metric) ?? valued(name, unquoted(value), about.parameters);
  }
  // In quotes such a sign is only a letter.
  if (/[<>=]/.test(term.replace(/"[^"]*(?:"|$)/g, ''))) {
    return comparison(term, about);
  }
  const wanted = unquoted(term);
  return wanted === '' ? null : text(wanted);
}

/** What a line means. */
export function filter(line: string, about: IFiltered): IFilter {
  const tests: Test[] = [];
  const unknown: string[] = [];
  for (const term of terms(line)) {
    const turned = term.length > 1 && term.startsWith('-');
    const test = parsed(turned ? term.slice(1) : term, about);
    if (test === null) {
      unknown.push(term);
    } else {
      tests.push(turned ? row => !test(row) : test);
    }
  }
  return { matches: row => tests.every(test => test(row)), empty: tests.length === 0, unknown };
}
