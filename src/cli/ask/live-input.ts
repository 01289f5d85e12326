import {
  createPrompt,
  isEnterKey,
  makeTheme,
  useEffect,
  useKeypress,
  usePrefix,
  useRef,
  useState,
} from '@inquirer/core';
import { clean } from '../../core/text/clean.ts';
import { wrap } from '../../ui/lines.ts';
import type { Prompt } from './ask.ts';

/** The line that is edited, of Node's readline. */
type Line = Parameters<Parameters<typeof useKeypress>[0]>[1];

/** A question for a text that is checked while it is typed. */
export interface LiveInputConfig {
  readonly message: string;
  /** The text to begin with. */
  readonly initial?: string;
  /** Whether an answer has several lines now and then, as a message has. */
  readonly hasLines?: boolean;
  /** What is shown below the line for the text so far. */
  readonly note: (text: string) => string;
  /** What is wrong with the text; undefined when it is accepted. */
  readonly problem: (text: string) => string | undefined;
}

/**
 * An Enter so soon after a character of a text with lines was pasted with it, where a terminal does not mark what is
 * pasted; in milliseconds. Our choice: nobody types 125 keys a second, but a busy machine reads several at once.
 */
const pastedMs = 8;

/** Stands for a line break: a prompt has one line. */
const lineBreak = '⏎';

const toText = (line: string): string => line.replaceAll(lineBreak, '\n').trimEnd();

/** Lets a terminal mark what is pasted, and ends that; https://invisible-island.net/xterm/xterm-paste64.html. */
const pasteMarks = { on: '\x1b[?2004h', off: '\x1b[?2004l' };

/**
 * Asks for a text, with a note below it that is renewed at every key. Line breaks of a pasted text are shown as ⏎.
 * Resolves to undefined when Esc goes back.
 */
export const liveInput: Prompt<LiveInputConfig, string | undefined> = async (config, place = {}) => {
  const output = (place.output ?? process.stdout) as NodeJS.WritableStream & Partial<NodeJS.WriteStream>;
  const mark = (sequence: string): unknown => output.isTTY === true && output.write(sequence);
  mark(pasteMarks.on);
  try {
    return await prompt({ ...config, width: output.columns ?? 80 }, place);
  } finally {
    mark(pasteMarks.off);
  }
};

const prompt = createPrompt<string | undefined, LiveInputConfig & { readonly width: number }>((config, done) => {
  const theme = makeTheme();
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const [status, setStatus] = useState<'idle' | 'done' | 'left'>('idle');
  const typedAt = useRef(0);
  const isPasting = useRef(false);
  const phase = status === 'idle' ? 'idle' : 'done';
  const prefix = usePrefix({ status: phase, theme });
  const put = (line: Line, text: string): void => {
    line.write(text);
    setValue(text);
  };
  useEffect((line) => {
    const initial = clean(config.initial ?? '');
    if (initial !== '') put(line, initial);
  }, []);
  useKeypress((key, line) => {
    const isSoon = performance.now() - typedAt.current < pastedMs;
    const isPasted = isPasting.current || (config.hasLines === true && isSoon);
    typedAt.current = performance.now();
    if (key.name === 'paste-start' || key.name === 'paste-end') {
      isPasting.current = key.name === 'paste-start';
      // What is typed by hand after a paste is no part of it, however soon.
      typedAt.current = 0;
    } else if (key.name === 'escape') {
      setStatus('left');
      done(undefined);
    } else if (isEnterKey(key) && isPasted && value !== '') {
      put(line, value + lineBreak);
    } else if (isEnterKey(key)) {
      const text = toText(value);
      const wrong = config.problem(text);
      setProblem(wrong);
      if (wrong === undefined) {
        setStatus('done');
        done(text);
      } else line.write(value);
    } else {
      setValue(line.line);
      setProblem(undefined);
    }
  });
  const message = theme.style.message(config.message, phase);
  const shown = clean(value);
  if (status === 'left') return `${prefix} ${message} ${theme.style.help('left as it was')}`;
  const fitted = (text: string): string => wrap(text, config.width, 0);
  // While it is edited the line is the terminal's; an answer is read.
  if (status === 'done') return fitted(`${prefix} ${message} ${theme.style.answer(shown)}`);
  const below =
    problem === undefined ? theme.style.help(fitted(config.note(toText(value)))) : theme.style.error(fitted(problem));
  return [`${prefix} ${message} ${shown}`, below];
});
