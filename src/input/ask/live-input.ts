import { createPrompt, isEnterKey, makeTheme, useEffect, useKeypress, usePrefix, useState } from '@inquirer/core';

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

/** A line of text with a note below it that follows the typing. Resolves to undefined when Esc goes back. */
export const liveInput = createPrompt<string | undefined, LiveInputConfig>((config, done) => {
  const theme = makeTheme();
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const [status, setStatus] = useState<'idle' | 'done'>('idle');
  const prefix = usePrefix({ status, theme });
  useEffect((line) => {
    const { initial = '' } = config;
    if (initial === '') return;
    line.write(initial);
    setValue(initial);
  }, []);
  useKeypress((key, line) => {
    if (key.name === 'escape') {
      setStatus('done');
      done(undefined);
    } else if (isEnterKey(key)) {
      const wrong = config.problem(value);
      setProblem(wrong);
      if (wrong === undefined) {
        setStatus('done');
        done(value);
      } else line.write(value);
    } else {
      setValue(line.line);
      setProblem(undefined);
    }
  });
  const message = theme.style.message(config.message, status);
  const below = problem === undefined ? theme.style.help(config.note(value)) : theme.style.error(problem);
  return [
    `${prefix} ${message} ${status === 'done' ? theme.style.answer(value) : value}`,
    status === 'done' ? '' : below,
  ];
});
