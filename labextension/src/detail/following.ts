/** Following a log: the part of it that is in the page, and what more of it can be asked for. */
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { log } from '../request';
import type { IAt, ILog } from '../tokens';
import { bounds, ended, followed, preceded, surrounding } from './lines';
import type { IPart } from './lines';
import { useBeat } from './parts';

/** So many lines are read at first, and each time earlier ones are asked for. */
const LINES = 1000;
/** Milliseconds between two looks at a log that grows. */
const BEAT = 1000;

/** Whose log it is. */
export interface ILogProps {
  readonly settings: ServerConnection.ISettings;
  readonly at: IAt;
  readonly run: string;
  /** Whether the run is under way. */
  readonly live: boolean;
  readonly trans: TranslationBundle;
}

/** What is known of the log, and what more can be asked for. */
export interface ILogState {
  readonly part: IPart | null;
  readonly error: string | null;
  readonly again: () => void;
  readonly earlier: () => void;
  readonly later: () => void;
  /** Go to the end. */
  readonly end: () => void;
  /** Go to the line that begins at a byte; that is the `goal` then. */
  readonly jump: (offset: number) => void;
  readonly goal: { readonly line: number } | null;
}

/** The part of a log that is in the page; it follows the log's end while the run is under way. */
export function useLog(
  { settings, at, run, live }: ILogProps,
  element: React.RefObject<HTMLElement>
): ILogState {
  const [part, setPart] = React.useState<IPart | null>(null);
  const [goal, setGoal] = React.useState<{ readonly line: number } | null>(null);
  const [error, setError] = React.useState<string | null>(null);
  const current = React.useRef<{ part: IPart | null; busy: boolean; gone: boolean }>({
    part: null,
    busy: false,
    gone: false
  });
  React.useEffect(() => {
    current.current.gone = false;
    return () => {
      current.current.gone = true;
    };
  }, []);
  // One question at a time: what comes meanwhile is asked for again by whoever needs it.
  const turn = async (ask: () => Promise<IPart>): Promise<IPart | null> => {
    const state = current.current;
    if (state.busy) {
      return null;
    }
    state.busy = true;
    try {
      const got = await ask();
      if (!state.gone) {
        state.part = got;
        setPart(got);
        setError(null);
      }
      return got;
    } catch (reason) {
      if (!state.gone) {
        setError(reason instanceof Error ? reason.message : String(reason));
      }
      return null;
    } finally {
      state.busy = false;
    }
  };
  const read = (piece: Parameters<typeof log>[3]): Promise<ILog> => log(settings, at, run, piece);
  const begin = (): void => {
    void turn(async () => ended(await read({ tail: LINES }), current.current.part));
  };
  const later = (): void => {
    const known = current.current.part;
    if (known === null) {
      begin();
      return;
    }
    void turn(async () => followed(known, await read({ after: bounds(known).end })));
  };
  React.useEffect(begin, []);
  useBeat(element, live && part?.later !== true ? BEAT : null, later);
  // What the run wrote last came after the last look at it.
  const was = React.useRef(live);
  React.useEffect(() => {
    if (was.current && !live && current.current.part?.later !== true) {
      later();
    }
    was.current = live;
  });
  return {
    part,
    error,
    again: () => {
      if (current.current.part === null) {
        begin();
      } else {
        later();
      }
    },
    earlier: () => {
      const known = current.current.part;
      if (known !== null) {
        const { start } = bounds(known);
        void turn(async () => preceded(known, await read({ tail: LINES, before: start })));
      }
    },
    later,
    end: begin,
    goal,
    jump: offset => {
      void turn(async () => {
        const sides = await Promise.all([read({ tail: LINES / 4, before: offset }), read({ after: offset })]);
        const got = surrounding(...sides, current.current.part);
        setGoal({ line: got.first + sides[0].lines.length });
        return got;
      });
    }
  };
}
