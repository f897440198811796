import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Where a command writes: what was asked for on stdout, all else on stderr. */
export interface Terminal {
  /** A line on stdout. */
  out(line: string): void;
  /** A line on stderr. */
  err(line: string): void;
  /** Colour for a line of stdout: none when it is no terminal or NO_COLOR is set. */
  style(style: Style, text: string): string;
  /** The same for stderr. */
  errStyle(style: Style, text: string): string;
}

/** The terminal of this process. */
export function createTerminal(): Terminal {
  // A reader that has seen enough ("| head") is no fault, and a server outlives its terminal.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: line => void process.stdout.write(`${line}\n`),
    err: line => void process.stderr.write(`${line}\n`),
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
    errStyle: (style, text) => styleText(style, text, { stream: process.stderr }),
  };
}
