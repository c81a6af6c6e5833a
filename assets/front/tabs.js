// A reload comes back to the tab that was open: Gradio itself reloads the page when its server was away.

const KEY = "etude-tab"; // of this window alone
const WAIT_MS = 50;
const TRIES = 200;

const tabs = () => [...document.querySelectorAll("[role='tab']")];

function open(name, tries = TRIES) {
  const tab = tabs().find((each) => each.textContent.trim() === name);
  if (tab) tab.click(); else if (tries) setTimeout(() => open(name, tries - 1), WAIT_MS);
}

export function rememberTab() {
  const before = sessionStorage.getItem(KEY);
  document.addEventListener("click", ({ target, detail }) => {
    const tab = target.closest?.("[role='tab']");
    if (!tab) return;
    sessionStorage.setItem(KEY, tab.textContent.trim());
    if (detail) tab.blur(); // pressed with the pointer: the next key is for what it shows
  });
  if (before) open(before);
}
