// Draws the plots of the page when they come into view, in the colours of the style sheet.
"use strict";
(async () => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const packed = document.getElementById("plotly").textContent;
  const places = [...document.querySelectorAll(".plot")];
  if (typeof DecompressionStream === "undefined") {
    for (const place of places) {
      place.textContent = "This browser is too old for the plots; the tables hold every figure.";
    }
    return;
  }
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const library = document.createElement("script");
  library.textContent = await new Response(stream).text();
  document.head.append(library);

  // "var(--basal)" becomes what the style sheet says for light, dark or paper.
  const coloured = (value, style) => {
    if (typeof value === "string") {
      return value.replace(/var\((--[a-z-]+)\)/g, (_, name) => style.getPropertyValue(name).trim());
    }
    if (Array.isArray(value)) return value.map((one) => coloured(one, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one, style)]));
    }
    return value;
  };
  const touch = matchMedia("(pointer: coarse)").matches;
  const drawn = new Set();
  let paper = 0; // width of the page while it is printed
  const draw = (place) => {
    const figure = coloured(figures[place.dataset.plot], getComputedStyle(document.documentElement));
    const { layout } = figure;
    const room = paper || place.clientWidth;
    if (room < 560 && layout.xaxis.dtick) {
      layout.xaxis.dtick *= 2;
      // On a phone the tables name the alarms; their labels would cover each other.
      for (const trace of figure.data) if (trace.yaxis === "y4") trace.mode = "markers";
    }
    if (room < 560 && layout.xaxis.tickvals) {
      const { tickvals, ticktext } = layout.xaxis;
      layout.xaxis.tickvals = tickvals.filter((_, at) => tickvals.length < 5 || at % 2 === 0);
      layout.xaxis.ticktext = ticktext.filter((_, at) => tickvals.length < 5 || at % 2 === 0);
    }
    // On paper two days without events share a page.
    const flat = place.closest(".day") ? 0.56 : 0.82;
    if (paper) Object.assign(layout, { width: paper, height: flat * layout.height });
    layout.dragmode = touch ? false : "zoom"; // a finger scrolls the page
    drawn.add(place);
    const config = { displayModeBar: false, responsive: !paper, doubleClick: "reset" };
    Plotly.react(place, figure.data, layout, config);
  };

  const watcher = new IntersectionObserver((seen) => {
    for (const one of seen) {
      if (one.isIntersecting && !drawn.has(one.target)) draw(one.target);
    }
  }, { rootMargin: "600px" });
  for (const place of places) watcher.observe(place);

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const place of drawn) draw(place);
  });
  const print = (width) => {
    paper = width;
    document.documentElement.toggleAttribute("data-paper", width > 0);
    for (const place of places) draw(place);
  };
  addEventListener("beforeprint", () => print(700)); // A4 without its margins is 186 mm
  addEventListener("afterprint", () => print(0));
})();
