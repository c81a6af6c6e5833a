// How long somebody has had something before them; time in which the page, or its part, could not be seen is left out.

export function stopwatch(root) {
  let gone = 0;
  let since = null;
  let sized = false; // a hidden tab is not; asking it anew would lay the page out

  const seen = () => sized && !document.hidden;

  function look() {
    const now = performance.now();
    if (since !== null) gone += now - since;
    since = seen() ? now : null;
  }

  document.addEventListener("visibilitychange", look);
  new ResizeObserver(([{ contentRect }]) => { sized = contentRect.width > 0; look(); }).observe(root);
  return {
    get seen() { return seen(); },
    start() { gone = 0; since = seen() ? performance.now() : null; },
    seconds() { look(); return gone / 1000; },
  };
}
