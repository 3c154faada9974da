// The building blocks of the report: sections, tables, lists and notes as elements of the page.

/** A cell: its text, or a text with a class. */
export type Cell = string | number | [text: string, className: string];

const MOST_OPEN = 12; // a longer list begins folded

export function make(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function note(text: string): HTMLElement {
  return make("p", "note", text);
}

export function section(title: string, ...parts: HTMLElement[]): HTMLElement {
  const place = make("section");
  place.append(make("h3", "", title), ...parts);
  return place;
}

/** A part of a section under its own title. */
export function titled(title: string, ...parts: HTMLElement[]): HTMLElement {
  const place = make("div", "titled");
  place.append(make("h4", "", title), ...parts);
  return place;
}

export function tables(...parts: HTMLElement[]): HTMLElement {
  const place = make("div", "tables");
  place.append(...parts);
  return place;
}

/** Behind a line that opens it. */
export function folded(line: string, part: HTMLElement, isOpen = false): HTMLElement {
  const place = make("details") as HTMLDetailsElement;
  place.open = isOpen;
  place.append(make("summary", "", line), part);
  return place;
}

/** A list that is open while it is short. */
export function foldedList(line: string, part: HTMLElement, length: number): HTMLElement {
  return folded(line, part, length <= MOST_OPEN);
}

/** A table, or the word that there is none. */
export function tableOrNone(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): HTMLElement {
  return rows.length ? table(title, heads, rows) : note("None.");
}

/** A table in a frame that scrolls. Its title stands above it already: here it is for who cannot see it. */
export function table(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): HTMLElement {
  const frame = make("div", "table");
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", title);
  const grid = make("table");
  grid.append(make("caption", "for-ears", title));
  if (heads.length) {
    const top = make("thead");
    const row = make("tr");
    for (const text of heads) {
      const cell = make(text ? "th" : "td", "", text);
      if (text) cell.setAttribute("scope", "col");
      row.append(cell);
    }
    top.append(row);
    grid.append(top);
  }
  const body = make("tbody");
  for (const cells of rows) {
    const row = make("tr");
    row.append(...cells.map((cell) => (Array.isArray(cell) ? make("td", cell[1], cell[0]) : make("td", "", String(cell)))));
    body.append(row);
  }
  grid.append(body);
  frame.append(grid);
  return frame;
}

export function doubt(bounds: string): HTMLElement {
  return make("span", "doubt", bounds && `+ ${bounds}`);
}

/** Milliseconds of a day's begin. */
export function startOf(date: string): number {
  return momentOf(`${date}T00:00:00`);
}

/** Milliseconds of a local time in the figures. */
export function momentOf(local: string): number {
  return Date.parse(`${local}Z`);
}
