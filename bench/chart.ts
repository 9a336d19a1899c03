export interface Line {
  readonly name: string;
  /** Both above 0: the axes are logarithmic. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface ChartOptions {
  readonly title: string;
  readonly xTitle: string;
  readonly lines: readonly Line[];
  /** Where it begins, and how large it is, in the units of the SVG. */
  readonly x: number;
  readonly width: number;
  readonly height: number;
}

/** To be told apart by those who do not see red or green, on white as on black. */
const COLOURS = ['#1f83d6', '#e07b00', '#8a8a8a', '#00a178'];
const MARGIN = { left: 56, right: 70, top: 34, bottom: 42 };

/** An SVG group: axes with a line of the grid for each power of ten, and the lines with their names. */
export function formatChart({ title, xTitle, lines, x, width, height }: ChartOptions): string {
  const points = lines.flatMap((line) => line.points);
  const left = x + MARGIN.left;
  const right = x + width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const xScale = logScale(
    points.map((point) => point.x),
    left,
    right,
  );
  const yScale = logScale(
    points.map((point) => point.y),
    bottom,
    MARGIN.top,
  );
  const grid = [
    ...xScale.ticks.flatMap((tick) => [
      rule(xScale.at(tick), MARGIN.top, xScale.at(tick), bottom),
      text(xScale.at(tick), bottom + 16, formatTick(tick), 'middle'),
    ]),
    ...yScale.ticks.flatMap((tick) => [
      rule(left, yScale.at(tick), right, yScale.at(tick)),
      text(left - 6, yScale.at(tick) + 4, formatTick(tick), 'end'),
    ]),
  ];
  const drawn = lines.flatMap(({ name, points: own }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '';
    const places = own.map((point) => ({ x: xScale.at(point.x), y: yScale.at(point.y) }));
    const path = places.map((place) => `${place.x.toFixed(1)},${place.y.toFixed(1)}`).join(' ');
    const last = places.at(-1);
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...places.map(
        (place) =>
          `<circle cx="${place.x.toFixed(1)}" cy="${place.y.toFixed(1)}" r="3" fill="${colour}"/>`,
      ),
      last === undefined ? '' : text(last.x + 8, last.y + 4, name, 'start', colour),
    ];
  });
  return [
    '<g>',
    text(left, 18, title, 'start'),
    text((left + right) / 2, height - 8, xTitle, 'middle'),
    ...grid,
    ...drawn,
    '</g>',
  ].join('\n  ');
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** From the power of ten below the least value to the one above the most. */
function logScale(values: readonly number[], from: number, to: number): Scale {
  const logs = values.length === 0 ? [0, 1] : values.map((value) => Math.log10(value));
  const least = Math.floor(Math.min(...logs));
  const most = Math.max(Math.ceil(Math.max(...logs)), least + 1);
  return {
    ticks: Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index)),
    at: (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
  };
}

function formatTick(value: number): string {
  return value >= 1 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(1)));
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="#808080" stroke-opacity="0.3"/>`;
}

function text(x: number, y: number, content: string, anchor: string, fill?: string): string {
  const colour = fill === undefined ? '' : ` fill="${fill}"`;
  const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}"`;
  return `<text ${place} text-anchor="${anchor}"${colour}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
