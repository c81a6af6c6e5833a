// How long somebody has had something before them; time in which the page, or its part, could not be seen is left out.

export function stopwatch(root) {
  let gone = 0;
  let since = null;

  const seen = () => !document.hidden && root.offsetParent !== null;

  function look() {
    const now = performance.now();
    if (since !== null) gone += now - since;
    since = seen() ? now : null;
  }

  document.addEventListener("visibilitychange", look);
  new ResizeObserver(look).observe(root); // a hidden tab has no size
  return {
    start() { gone = 0; since = seen() ? performance.now() : null; },
    seconds() { look(); return gone / 1000; },
  };
}
