import { useState } from 'react';

const key = 'notebook-gateway.theme';
const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

function readTheme(): Theme {
  return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system';
}

function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

applyTheme(readTheme());

/** Chooses dark or light, or what the system has; this browser remembers it. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  const choose = () => {
    localStorage.setItem(key, next);
    applyTheme(next);
    setTheme(next);
  };
  const sign = { system: '◐', light: '☀', dark: '☾' }[theme];
  return (
    <button
      type="button"
      className="quiet icon"
      aria-label={`Colours: ${theme}`}
      title={`Colours: ${theme}`}
      onClick={choose}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
