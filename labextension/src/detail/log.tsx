/** The log of a run: its end follows the run, any line of it can be found. */
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { log } from '../request';
import type { IAt, ILog } from '../tokens';
import { bounds, ended, followed, linesOf, marked, parts, preceded, surrounding } from './lines';
import type { IPart } from './lines';
import { Trouble, useBeat, Waiting } from './parts';

/** So many lines are read at first, and each time earlier ones are asked for. */
const LINES = 1000;
/** Milliseconds between two looks at a log that grows. */
const BEAT = 1000;
/** Milliseconds without a key before a search begins. */
const PAUSE = 250;
/** Pixels of a line that was not drawn yet. */
const HEIGHT = 17;
/** So many of the lines that were found are listed. */
const MOST_FOUND = 200;

interface ILogProps {
  readonly settings: ServerConnection.ISettings;
  readonly at: IAt;
  readonly run: string;
  /** Whether the run is under way. */
  readonly live: boolean;
  readonly trans: TranslationBundle;
}

/** What is known of the log, and what more can be asked for. */
interface ILogState {
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
function useLog({ settings, at, run, live }: ILogProps, element: React.RefObject<HTMLElement>): ILogState {
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

/** A text with what was looked for marked. */
function Marked({ text, wanted }: { readonly text: string; readonly wanted: string }): React.JSX.Element {
  return (
    <>
      {marked(text, wanted).map((piece, i) =>
        piece.marked ? (
          <mark key={i}>{piece.text}</mark>
        ) : (
          <React.Fragment key={i}>{piece.text}</React.Fragment>
        )
      )}
    </>
  );
}

const KINDS: Readonly<Record<string, string>> = { '!': 'error', '>': 'display', '=': 'own' };

/** One line: its time, then what it says. */
function Line({ line, wanted }: { readonly line: string; readonly wanted: string }): React.JSX.Element {
  const { time, mark, text } = parts(line);
  return (
    <>
      {time !== '' && (
        <time dateTime={time.replace(' ', 'T')} title={time}>
          {time.slice(11, 19)}
        </time>
      )}
      <span className={`jp-xpt-Log-text jp-xpt-Log-${KINDS[mark] ?? 'out'}`}>
        <Marked text={text} wanted={wanted} />
      </span>
    </>
  );
}

/** The lines that hold a text, each leading to its place. */
function Found(
  props: Omit<ILogProps, 'live'> & { readonly wanted: string; readonly jump: (offset: number) => void }
): React.JSX.Element {
  const { settings, at, run, wanted, jump, trans } = props;
  const [state, setState] = React.useState<{ found: ILog | null; error: string | null }>({
    found: null,
    error: null
  });
  const [tries, setTries] = React.useState(0);
  React.useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      log(settings, at, run, { find: wanted }).then(
        found => {
          if (!stale) {
            setState({ found, error: null });
          }
        },
        (reason: unknown) => {
          if (!stale) {
            setState({ found: null, error: reason instanceof Error ? reason.message : String(reason) });
          }
        }
      );
    }, PAUSE);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
    // Only what is looked for counts: `at` is a new object at every drawing.
  }, [run, wanted, tries]);
  const { found, error } = state;
  if (error !== null) {
    return (
      <Trouble
        what={trans.__('The log cannot be searched: %1', error)}
        again={() => {
          setTries(tries + 1);
        }}
        trans={trans}
      />
    );
  }
  if (found === null) {
    return <Waiting what={trans.__('Searching …')} />;
  }
  const n = found.lines.length;
  return (
    <div className="jp-xpt-Found">
      <p className="jp-xpt-dim" role="status">
        {n === 0
          ? trans.__('No line holds “%1”.', wanted)
          : found.more
            ? trans.__('The first %1 lines that hold it.', n)
            : trans._n('%1 line', '%1 lines', n)}
      </p>
      <ol>
        {found.lines.slice(0, MOST_FOUND).map((line, i) => (
          <li key={i}>
            <button
              title={trans.__('Go to this line')}
              onClick={() => {
                jump(found.offsets?.[i] ?? 0);
              }}
            >
              <span className="jp-xpt-digits jp-xpt-dim">{found.found?.[i]}</span>{' '}
              <Marked text={parts(line).text} wanted={wanted} />
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The lines; the end stays in sight until people scroll up. */
function Lines(props: {
  readonly part: IPart;
  readonly wanted: string;
  readonly live: boolean;
  readonly state: ILogState;
  readonly follows: boolean;
  readonly setFollows: (follows: boolean) => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { part, wanted, live, state, follows, setFollows, trans } = props;
  const { goal } = state;
  const lines = React.useMemo(() => linesOf(part), [part]);
  const scroller = React.useRef<HTMLDivElement>(null);
  const [first, last] = [part.first, part.first + lines.length];
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    getItemKey: React.useCallback((index: number) => first + index, [first]),
    // Lines that come before those in sight move nothing.
    anchorTo: 'end',
    overscan: 20
  });
  React.useLayoutEffect(() => {
    if (goal !== null) {
      rows.scrollToIndex(goal.line - part.first, { align: 'center' });
    }
    // Once for each time that a goal was reached, not for each line that comes after it.
  }, [goal]);
  React.useLayoutEffect(() => {
    if (follows && lines.length > 0) {
      rows.scrollToEnd();
    }
  }, [follows, last]);
  return (
    <div className="jp-xpt-Log-frame">
      {part.earlier && (
        <button className="jp-xpt-rest" onClick={state.earlier}>
          {trans.__('Earlier lines')}
        </button>
      )}
      <div
        ref={scroller}
        className="jp-xpt-Log-lines"
        role="log"
        aria-live="off"
        aria-label={trans.__('Log')}
        tabIndex={0}
        onScroll={event => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          setFollows(!part.later && scrollTop + clientHeight >= scrollHeight - HEIGHT);
        }}
      >
        <div className="jp-xpt-Log-sheet" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(item => (
            <div
              key={item.key}
              ref={rows.measureElement}
              data-index={item.index}
              className={
                first + item.index === goal?.line ? 'jp-xpt-Log-line jp-xpt-Log-goal' : 'jp-xpt-Log-line'
              }
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Line line={lines[item.index] ?? ''} wanted={wanted} />
            </div>
          ))}
        </div>
      </div>
      {part.later && (
        <button className="jp-xpt-rest" onClick={state.later}>
          {trans.__('Later lines')}
        </button>
      )}
      {!follows && live && (
        <button
          className="jp-xpt-Log-follow"
          onClick={() => {
            if (part.later) {
              state.end();
            }
            setFollows(true);
          }}
        >
          {trans.__('↓ Follow')}
        </button>
      )}
    </div>
  );
}

/** The log of a run. Give it a `key` of the run: another run is another log. */
export function Log(props: ILogProps): React.JSX.Element {
  const { live, trans } = props;
  const root = React.useRef<HTMLDivElement>(null);
  const state = useLog(props, root);
  const [wanted, setWanted] = React.useState('');
  const [follows, setFollows] = React.useState(true);
  const jump = (offset: number): void => {
    setFollows(false);
    state.jump(offset);
  };
  return (
    <div ref={root} className="jp-xpt-Log">
      <div className="jp-xpt-Log-bar">
        <input
          type="search"
          placeholder={trans.__('search the log')}
          aria-label={trans.__('Search the log')}
          value={wanted}
          onChange={event => {
            setWanted(event.currentTarget.value);
          }}
        />
        {live && <span className="jp-xpt-dim">{trans.__('follows the run')}</span>}
      </div>
      {wanted !== '' && <Found {...props} wanted={wanted} jump={jump} />}
      {state.error !== null && (
        <Trouble
          what={trans.__('The log cannot be read: %1', state.error)}
          again={state.again}
          trans={trans}
        />
      )}
      {state.part === null ? (
        state.error === null && <Waiting what={trans.__('Reading the log …')} />
      ) : bounds(state.part).end === 0 ? (
        <p className="jp-xpt-dim">
          {live ? trans.__('Nothing was printed yet.') : trans.__('Nothing was printed.')}
        </p>
      ) : (
        <Lines part={state.part} wanted={wanted} live={live} {...{ state, follows, setFollows, trans }} />
      )}
    </div>
  );
}
