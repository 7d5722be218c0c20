/** Reading from the server again and again, with what was read before in sight meanwhile. */
import * as React from 'react';

import { RequestError } from '../request';

/** Where a reading stands. */
export interface IRead<T> {
  /** What was read last; `null` before the first answer. */
  readonly value: T | null;
  /** Why the last try gave nothing, in one line. */
  readonly error: string | null;
  readonly busy: boolean;
  /** Whether that was no answer at all, so that it is asked again by itself. */
  readonly waits: boolean;
}

/** After this many milliseconds a server that did not answer is asked again. */
const PATIENCE = 4000;

/**
 * One thing read as often as asked for, one question at a time.
 *
 * What is asked for while an answer is under way is read once, after it. So answers never overtake one another, and
 * changes that come faster than answers delay nothing.
 */
export class Reader<T> {
  private state: IRead<T> = { value: null, error: null, busy: false, waits: false };
  private again = false;
  private stopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param read asks once.
   * @param tell is told each time the state changed.
   */
  constructor(
    private readonly read: () => Promise<T>,
    private readonly tell: (state: IRead<T>) => void
  ) {}

  /** Read now, or right after what is being read. */
  ask(): void {
    clearTimeout(this.timer);
    if (this.stopped) {
      return;
    }
    if (this.state.busy) {
      this.again = true;
      return;
    }
    this.become({ ...this.state, busy: true });
    this.read().then(
      value => {
        this.settle({ value, error: null, busy: false, waits: false });
      },
      (reason: unknown) => {
        const error = reason instanceof Error ? reason.message : String(reason);
        const waits = reason instanceof RequestError && reason.unanswered;
        this.settle({ ...this.state, error, busy: false, waits });
        if (waits && !this.stopped) {
          this.timer = setTimeout(() => {
            this.ask();
          }, PATIENCE);
        }
      }
    );
  }

  /** Tell nothing any more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private settle(state: IRead<T>): void {
    if (this.stopped) {
      return;
    }
    this.become(state);
    if (this.again) {
      this.again = false;
      this.ask();
    }
  }

  private become(state: IRead<T>): void {
    this.state = state;
    this.tell(state);
  }
}

/**
 * What `read` gives; read anew where `what` changes, and again, keeping the old meanwhile, where `revision` does.
 *
 * `again` reads again by hand.
 */
export function useReading<T>(
  what: string,
  revision: string | number,
  read: () => Promise<T>
): IRead<T> & { readonly again: () => void } {
  const [known, setKnown] = React.useState<{ what: string; state: IRead<T> } | null>(null);
  const latest = React.useRef(read);
  latest.current = read;
  const reader = React.useRef<Reader<T> | null>(null);
  React.useEffect(() => {
    const mine = new Reader(
      () => latest.current(),
      state => {
        setKnown({ what, state });
      }
    );
    reader.current = mine;
    return () => {
      mine.stop();
    };
  }, [what]);
  React.useEffect(() => {
    reader.current?.ask();
  }, [what, revision]);
  const again = React.useCallback(() => {
    reader.current?.ask();
  }, []);
  const state = known?.what === what ? known.state : { value: null, error: null, busy: true, waits: false };
  return { ...state, again };
}
