import { asAppError, type AppError } from "$lib/api/errors";

/** A dialog's one action: whether it runs, and why it failed. */
export class Ask {
  busy = $state(false);
  error: AppError | null = $state.raw(null);

  /** Does it; null where it failed. */
  async run<Result>(action: () => Promise<Result>): Promise<Result | null> {
    if (this.busy) return null;
    this.busy = true;
    this.error = null;
    try {
      return await action();
    } catch (thrown) {
      this.error = asAppError(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
