// Light or dark: as the system has it, until somebody chooses.

const STORE = "basalt-theme";
const light = matchMedia("(prefers-color-scheme: light)");

/** `button` changes between the two and says what it would change to. */
export function useTheme(button: HTMLElement): void {
  let chosen = remembered();
  const show = () => {
    const theme = chosen || (light.matches ? "light" : "dark");
    document.documentElement.dataset["theme"] = theme;
    button.textContent = theme === "light" ? "Dark" : "Light";
    button.setAttribute("aria-label", `Change to ${theme === "light" ? "dark" : "light"}`);
  };
  button.addEventListener("click", () => {
    chosen = document.documentElement.dataset["theme"] === "light" ? "dark" : "light";
    try {
      localStorage.setItem(STORE, chosen);
    } catch {
      // a browser that keeps nothing
    }
    show();
  });
  light.addEventListener("change", show);
  show();
}

function remembered(): string {
  try {
    return localStorage.getItem(STORE) ?? "";
  } catch {
    return "";
  }
}
