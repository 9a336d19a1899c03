/** What is written to: `process.stdout`, or an array in a test. */
export interface Screen {
  /** A terminal: what was written can be written over. */
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Terminal {
  /** Lines with a label before the first one. */
  say(label: string, text: string): void;
  /** Begins a bar. Where there is no terminal it is a line for each quarter. */
  bar(label: string): Bar;
}

export interface Bar {
  show(done: number, of: number): void;
  /** Leaves it as it is, and goes to the next line. */
  end(): void;
}

const LABEL_CHARS = 12;
const BAR_CHARS = 32;
/** To the begin of the line, and all behind it away. */
const CLEAR_LINE = '\r\u001b[K';

export function createTerminal(screen: Screen): Terminal {
  /** The bar on the last line. */
  let shown = '';
  const say = (label: string, text: string): void => {
    const lines = text.split('\n').map((line, index) => labelled(index === 0 ? label : '', line));
    if (shown !== '') screen.write(CLEAR_LINE);
    screen.write(`${lines.join('\n')}\n${shown}`);
  };
  const drawBar = (label: string): Bar => ({
    show(done, of) {
      const full = Math.round((BAR_CHARS * done) / of);
      const picture = '#'.repeat(full).padEnd(BAR_CHARS, '-');
      shown = labelled(label, `[${picture}] ${done}/${of}`);
      screen.write(CLEAR_LINE + shown);
    },
    end() {
      if (shown !== '') screen.write('\n');
      shown = '';
    },
  });
  const listBar = (label: string): Bar => {
    let told = -1;
    return {
      show(done, of) {
        const quarter = Math.floor((4 * done) / of);
        if (quarter <= told) return;
        told = quarter;
        say(label, `${done} of ${of}`);
      },
      end: () => undefined,
    };
  };
  return { say, bar: screen.isTTY === true ? drawBar : listBar };
}

function labelled(label: string, line: string): string {
  return (label.padEnd(LABEL_CHARS) + line).trimEnd();
}
