/** Beat: looks again and again as long as somebody wants to know, and sooner after a failure. */

/** How often to look by ourselves: what changes meanwhile is told by events, which end a minute after we looked last. */
const RENEW = 20_000;
/** How long to wait after the first failure; twice as long after each more, up to `RENEW`. */
const RETRY = 1_000;

export class Beat {
  /**
   * @param look reads what is to be known.
   * @param awake whether anybody wants to know.
   * @param done called after each look, with why it failed; `null` where it did not.
   */
  constructor(
    private readonly look: () => Promise<void>,
    private readonly awake: () => boolean,
    private readonly done: (reason: unknown) => void
  ) {}

  /** Look now; while a look is under way, once more after it. */
  async now(): Promise<void> {
    if (this.disposed) {
      return;
    }
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    clearTimeout(this.timer);
    let failure: unknown = null;
    try {
      await this.look();
      this.failures = 0;
    } catch (reason) {
      this.failures += 1;
      failure = reason;
    }
    this.busy = false;
    this.done(failure);
    const again = this.again && this.failures === 0;
    this.again = false;
    if (again) {
      void this.now();
    } else {
      this.rest();
    }
  }

  /** Wait until it is time to look. */
  rest(): void {
    clearTimeout(this.timer);
    if (this.awake() && !this.disposed) {
      const wait = this.failures === 0 ? RENEW : Math.min(RENEW, RETRY * 2 ** (this.failures - 1));
      this.timer = setTimeout(() => void this.now(), wait);
    }
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
  }

  private busy = false;
  private again = false;
  private failures = 0;
  private disposed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
}
