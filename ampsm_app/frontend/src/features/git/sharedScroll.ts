/**
 * Scrolls the editors inside `hosts` sideways together, by `bar` too: their own bars would lie at the far end of the
 * text. Returns what ends it.
 */
export function sharedScroll(hosts: readonly HTMLElement[], bar: HTMLElement): () => void {
  const scrollers = hosts.flatMap((host) => [...host.querySelectorAll<HTMLElement>(".cm-scroller")]);
  const all = [...scrollers, bar];
  const filling = bar.firstElementChild;

  const follow = (event: Event): void => {
    const { scrollLeft } = event.currentTarget as HTMLElement;
    for (const other of all) if (Math.abs(other.scrollLeft - scrollLeft) > 1) other.scrollLeft = scrollLeft;
  };
  const measure = (): void => {
    const beyond = Math.max(0, ...scrollers.map((scroller) => scroller.scrollWidth - scroller.clientWidth));
    if (filling instanceof HTMLElement) filling.style.width = `${String(bar.clientWidth + beyond)}px`;
  };
  const watcher = new ResizeObserver(measure);
  for (const scroller of scrollers) {
    watcher.observe(scroller);
    const content = scroller.querySelector(".cm-content");
    if (content !== null) watcher.observe(content);
  }
  for (const element of all) element.addEventListener("scroll", follow, { passive: true });
  return () => {
    watcher.disconnect();
    for (const element of all) element.removeEventListener("scroll", follow);
  };
}
