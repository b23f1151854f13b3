// The switch between light and dark: what the system says, until somebody chooses.
const theme = (() => {
  "use strict";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const listeners = [];
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const tell = () => listeners.forEach((listener) => listener());

  // Pages opened from a file may not be allowed to remember anything.
  const remembered = (action) => { try { return action(localStorage); } catch { return null; } };
  const choice = remembered((storage) => storage.getItem("theme"));
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;

  system.addEventListener("change", tell);
  // Printers have paper: light.
  addEventListener("beforeprint", () => {
    root.dataset.printing = root.dataset.theme ?? "";
    root.dataset.theme = "light";
    tell();
  });
  addEventListener("afterprint", () => {
    if (root.dataset.printing) root.dataset.theme = root.dataset.printing; else delete root.dataset.theme;
    delete root.dataset.printing;
    tell();
  });

  return {
    isDark,
    onChange: (listener) => listeners.push(listener),
    // Make `button` the switch.
    attach(button) {
      const label = () => { button.textContent = isDark() ? "☀ Light" : "☾ Dark"; };
      button.addEventListener("click", () => {
        root.dataset.theme = isDark() ? "light" : "dark";
        remembered((storage) => storage.setItem("theme", root.dataset.theme));
        tell();
      });
      listeners.push(label);
      label();
    },
  };
})();
