const TICK_MS = 10_000;

/** The present, for ages in lists; one timer for all of them. */
export class Clock {
  now = $state(Date.now());

  /** Starts ticking; returns what ends it. */
  start(): () => void {
    const timer = setInterval(() => (this.now = Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }
}
