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

/** Where the typing goes. */
type Line = Parameters<Parameters<typeof useKeypress>[0]>[1];

/** How a line is asked for that is looked at while it is typed. */
export interface LiveInputConfig {
  readonly message: string;
  /** What stands there to be changed. */
  readonly initial?: string;
  /** What to say below the line about what is typed so far. */
  readonly note: (text: string) => string;
  /** Why it cannot be taken; undefined when it can. */
  readonly problem: (text: string) => string | undefined;
}

/** An Enter that comes this soon after a character was pasted with it, in milliseconds: nobody types so fast. */
const pastedMs = 8;

/** How a line break stands in the line. */
const mark = '⏎';

const toText = (line: string): string => line.replaceAll(mark, '\n').trimEnd();

/**
 * A text with a note below it that follows the typing. Line breaks, as of a text that is pasted, stand in the line as ⏎.
 * Resolves to undefined when Esc goes back.
 */
export const liveInput = createPrompt<string | undefined, LiveInputConfig>((config, done) => {
  const theme = makeTheme();
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const [status, setStatus] = useState<'idle' | 'done' | 'left'>('idle');
  const typedAt = useRef(0);
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
    const isPasted = performance.now() - typedAt.current < pastedMs;
    typedAt.current = performance.now();
    if (key.name === 'escape') {
      setStatus('left');
      done(undefined);
    } else if (isEnterKey(key) && isPasted && value !== '') {
      put(line, value + mark);
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
  const below = problem === undefined ? theme.style.help(config.note(toText(value))) : theme.style.error(problem);
  return [
    `${prefix} ${message} ${status === 'done' ? theme.style.answer(shown) : shown}`,
    status === 'done' ? '' : below,
  ];
});
