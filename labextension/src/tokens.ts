/** The names that the other modules share, and the shapes that the server answers with. */

/** The plugin's id; the part after the colon is the name of its settings file. */
export const PLUGIN_ID = 'jupyter-xpt:plugin';

/** Where the server half answers, below the server's base address. */
export const ROUTES = 'jupyter-xpt';

/** The schema of the events that tell of changes below `out/`. */
export const EVENT_SCHEMA = 'https://jupyter-xpt.invalid/events/changed/v1';

/** The key of what the two sides tell each other: in a cell's metadata to the kernel, in a display's transient data back. */
export const METADATA_KEY = 'jupyter_xpt';

/** What the server half says of itself. */
export interface IAbout {
  /** Version of the Python package, as Python writes it: `0.2.0a1`. */
  readonly version: string;
}

/** Which experiment is meant. */
export interface IAt {
  /** The place's id. */
  readonly place: string;
  readonly series: string;
  readonly number: number;
}

/** A folder with experiments. */
export interface IPlace {
  /** What requests call it: 16 hexadecimal digits. */
  readonly place: string;
  /** The folder as the server's contents know it; empty for the server's own. To show, and to find it by. */
  readonly path: string;
  /** Whether it has experiments already. */
  readonly experiments: boolean;
}

export type Goal = 'max' | 'min';

export type Verdict = 'improved' | 'worse' | 'not sure';

/** What an experiment, or a run, can be. */
export type Status = 'planned' | 'running' | 'finished' | 'failed' | 'interrupted' | 'died' | 'damaged';

/** What an experiment measured of one metric, over all repeats that count. */
export interface IMeasured {
  readonly goal: Goal;
  readonly mean: number | null;
  /** Standard error of the mean; `null` below two repeats. */
  readonly sem: number | null;
  /** Half the width of the mean's 95 % interval; `null` below two repeats. */
  readonly half: number | null;
  readonly n: number;
  /** Repeats that failed, or gave no finite number. */
  readonly failed: number;
  /** Mean ± SEM as people read it. */
  readonly shown: string;
  /** Each repeat's value. */
  readonly values: readonly number[];
}

/** Whether an experiment is better than the one it is compared with, in one metric. */
export interface IVerdict {
  readonly verdict: Verdict;
  readonly difference: number | null;
  /** The bounds of the difference's interval at `confidence`. */
  readonly low: number | null;
  readonly high: number | null;
  readonly confidence: number;
  readonly sentence: string;
}

/** A run that is under way. */
export interface IRunning {
  readonly run: string;
  readonly repeats: number;
  /** How many repeats are over. */
  readonly ended: number;
  /** ISO 8601. */
  readonly started: string;
  /** The values of the repeats that are over, by metric. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** A parameter's value; what is no plain value is its source text. */
export type Value = string | number | boolean | null;

/** One experiment in its lineage. */
export interface IRow {
  readonly number: number;
  readonly parent: number | null;
  /** How many ancestors are shown above it. */
  readonly depth: number;
  /** Whether it is its parent's last child. */
  readonly last: boolean;
  /** Its line breaks are kept: it is edited as it is. */
  readonly note: string;
  /** What changed since the parent, to stand where no note was given. */
  readonly offered: string;
  readonly tags: readonly string[];
  readonly star: boolean;
  /** ISO 8601. */
  readonly created: string;
  readonly status: Status;
  /** Its own primary metric. */
  readonly primary: string | null;
  /** The experiment that its verdicts compare it with: its parent, or the pinned baseline. */
  readonly against: number | null;
  readonly measured: Readonly<Record<string, IMeasured>>;
  readonly verdicts: Readonly<Record<string, IVerdict>>;
  readonly running: IRunning | null;
  /** How many runs it has. */
  readonly runs: number;
  readonly last_run: string | null;
  /** When its last run started, ISO 8601. */
  readonly started: string | null;
  /** How long its last run took. */
  readonly seconds: number | null;
  /** How many warnings it has. */
  readonly warnings: number;
  /** Whether its numbered notebook is there. */
  readonly notebook: boolean;
  /** What it was set to; in an overview only what its parent is not, where that row comes before it in the same answer. */
  readonly parameters: Readonly<Record<string, Value>>;
  /** What of its parent's `parameters` it has not; only there. */
  readonly lacks?: readonly string[];
}

/** The experiments of one series. */
export interface ILineage {
  readonly series: string;
  readonly primary: string | null;
  readonly goal: Goal | null;
  readonly metrics: readonly string[];
  readonly goals: Readonly<Record<string, Goal>>;
  /** The pinned baseline; `null` where each is compared with its parent. */
  readonly baseline: number | null;
  /** How many comparisons there are and what luck makes of so many, in a sentence. */
  readonly comparisons: string;
  /** The numbers, depth first; `null` where that is as before. */
  readonly order: readonly number[] | null;
  /** All rows, or those that changed. */
  readonly rows: readonly IRow[];
  readonly gone: readonly number[];
  /** What of the settings of the series cannot be followed. */
  readonly warnings?: readonly IWarned[];
}

/** What an edit of an experiment says anew; what is left out stays. */
export interface IEdit {
  readonly note?: string;
  readonly tags?: readonly string[];
  readonly star?: boolean;
}

/** What an edit of a series says anew; a baseline of `null` takes the pin away. */
export interface ISeriesEdit {
  readonly baseline?: number | null;
  readonly goals?: Readonly<Record<string, Goal>>;
}

/** An experiment that was made, and its numbered notebook as the server's contents know it. */
export interface IForked {
  readonly number: number;
  readonly notebook: string;
}

/** A numbered notebook that is as it ran. */
export interface IRestored {
  readonly notebook: string;
  /** Whether the file was so already. */
  readonly kept: boolean;
}

/** The experiments of a folder, or what changed of them. */
export interface IOverview {
  /** What to ask with next time. */
  readonly revision: string;
  /** Whether it replaces all that was known; else it holds only the series that changed. */
  readonly full: boolean;
  readonly series: readonly ILineage[];
  readonly gone: readonly string[];
}

/** One thing that differs between two sources. */
export interface IChange {
  readonly where: string;
  readonly kind: string;
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
  /** All of it in one line. */
  readonly said: string;
}

/** Something to know before believing the numbers. */
export interface IWarned {
  readonly code: string;
  readonly text: string;
  readonly where: string;
}

/** One repeat of a run; a value that is no finite number is a text like `NaN`. */
export interface IRepeat {
  readonly repeat: number;
  readonly seed: string;
  readonly status: string;
  readonly seconds: number | null;
  readonly error: string | null;
  readonly values: Readonly<Record<string, number | string | null>>;
}

/** One run of an experiment. */
export interface IRun {
  readonly run: string;
  readonly index: number;
  readonly status: Status;
  readonly started: string;
  readonly seconds: number | null;
  readonly repeats: number;
  /** Whether it ran the experiment's source as it is now. */
  readonly counts: boolean;
  readonly error: string | null;
  /** The rest of the `%%experiment` line. */
  readonly arguments: string;
  readonly seed: string;
  /** Mean ± SEM by metric. */
  readonly shown: Readonly<Record<string, string>>;
  readonly each: readonly IRepeat[];
  readonly warnings: readonly IWarned[];
  readonly hidden_state: readonly IWarned[];
  readonly incomplete: readonly string[];
  readonly damage: readonly string[];
  readonly figures: readonly string[];
  readonly log_bytes: number;
  /** The metrics that were logged step by step. */
  readonly curves: readonly string[];
  readonly git: IGit | null;
  /** What came from outside of the source. */
  readonly outside: readonly {
    /** `environment`, `argument`, `papermill`, `input`. */
    readonly kind: string;
    readonly name: string;
    readonly value: string | null;
    /** Whether it may be a secret, and is not kept. */
    readonly masked: boolean;
  }[];
  readonly estimators: readonly IEstimator[];
}

/** Where a run stood in git. */
export interface IGit {
  readonly commit: string | null;
  /** `null` on a detached HEAD. */
  readonly branch: string | null;
  readonly dirty: boolean | null;
  /** The remote's address, without who may use it. */
  readonly remote: string | null;
  /** How many tracked files differ from the commit. */
  readonly changed: number | null;
  /** How many files git does not know. */
  readonly untracked: number | null;
  /** Whether the run kept what differs as a patch. */
  readonly patch: boolean;
  /** The ref, or the hash, of the commit that holds the whole tree as it was. */
  readonly hidden: string | null;
  /** The first of the files that git does not know. */
  readonly untracked_files: readonly string[];
  /** Files that are neither in the patch nor in the hidden commit. */
  readonly left_out: readonly string[];
  /** What could not be told. */
  readonly problem: string | null;
}

/** A model that a run made. */
export interface IEstimator {
  /** The variable that it is bound to. */
  readonly name: string;
  /** Its class. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, Value>>;
}

/** A data set that a run read or made. */
export interface IDataset {
  readonly name: string;
  readonly kind: 'in' | 'out';
  /** Dimensions, classes, who uses it, in a line. */
  readonly said: string;
  readonly digest: string | null;
  /** The run that made it, where one of ours did. */
  readonly maker: IMaker | null;
  /** The runs that use it. */
  readonly users: readonly IMaker[];
}

/** A run that made or used a data set. */
export interface IMaker {
  /** The experiment's whole name. */
  readonly experiment: string;
  /** Its number, where it is of the same series. */
  readonly number: number | null;
  readonly run: string;
}

/** One parameter of an experiment beside its parent's, as text; `null` on a side that has none. */
export interface IParameter {
  readonly name: string;
  readonly origin: 'source' | 'model' | 'outside';
  readonly before: string | null;
  readonly after: string | null;
  /** Whether both are known and not the same. */
  readonly changed: boolean;
  /** Whether it may be a secret, and is not kept. */
  readonly masked: boolean;
}

/** All about one experiment. */
export interface IDetail {
  readonly row: IRow;
  readonly changes: readonly IChange[] | null;
  readonly children: readonly number[];
  readonly warnings: readonly IWarned[];
  /** Those that changed first. */
  readonly parameters: readonly IParameter[];
  readonly runs: readonly IRun[];
  readonly environment: Readonly<Record<string, unknown>> | null;
  readonly environment_changes: readonly {
    readonly what: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  readonly datasets: readonly IDataset[];
  /** Where its numbered notebook lies, as the server's contents know it. */
  readonly notebook: string;
  readonly exists: boolean;
}

/** Lines of a log; `start` and `end` are offsets in its file, in bytes. */
export interface ILog {
  readonly lines: readonly string[];
  readonly start: number;
  readonly end: number;
  /** Whether there is more than this: earlier lines, or more that match. */
  readonly more: boolean;
  /** The numbers of the lines, from 1, where something was looked for. */
  readonly found?: readonly number[];
  /** Where those lines begin, in bytes. */
  readonly offsets?: readonly number[];
}

/** What to read of a log: the last lines, of all of it or before a byte; what follows a byte; the lines that hold a text. */
export type LogPart =
  | { readonly tail: number; readonly before?: number }
  | { readonly after: number }
  | { readonly find: string };

/** The points that a run logged step by step: metric, repeat, `[step, value]`. */
export interface ICurves {
  readonly metrics: Readonly<
    Record<string, Readonly<Record<string, readonly (readonly [number, number | null])[]>>>
  >;
  /** Whether points were left out. */
  readonly cut: boolean;
}

/** One line of a difference; numbers are those of the lines on either side, from 1. */
export interface IDiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly left: number | null;
  readonly right: number | null;
  readonly text: string;
}

/** A cell, or a file, on both sides. */
export interface ICellDiff {
  readonly kind: 'same' | 'edited' | 'added' | 'removed';
  readonly where: string;
  readonly lines: readonly IDiffLine[];
}

/** What differs between two experiments as they ran. */
export interface IDiff {
  readonly left: number;
  readonly right: number;
  readonly changes: readonly IChange[];
  readonly cells: readonly ICellDiff[];
  readonly files: readonly ICellDiff[];
}

/** What differs between several experiments. */
export interface ICompare {
  readonly numbers: readonly number[];
  readonly rows: readonly {
    readonly where: string;
    readonly what: string;
    /** As many as `numbers`; `null` where it has none. */
    readonly values: readonly (string | null)[];
  }[];
  /** Every parameter that any of them has, those that differ first. */
  readonly parameters: readonly {
    readonly name: string;
    readonly values: readonly (string | null)[];
    readonly differs: boolean;
  }[];
  readonly metrics: readonly string[];
  readonly verdicts: readonly {
    readonly metric: string;
    readonly left: number;
    readonly right: number;
    readonly verdict: Verdict;
    readonly sentence: string;
  }[];
}

/** What the kernel tells with a display of its own. */
export interface ITold {
  readonly series: string;
  readonly number: number;
  readonly parent?: number | null;
  readonly run?: string;
  readonly status?: 'running' | 'ended';
  /** File name of the numbered notebook. */
  readonly notebook?: string;
  /** The number of the open notebook, where that is frozen and its edit became `number`. */
  readonly frozen?: number | null;
  /** File name of a notebook to open. */
  readonly open?: string | null;
}
