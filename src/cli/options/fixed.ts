import type { Config } from '../../config/config.ts';
import {
  flagName,
  type ParameterKey,
  type ParseContext,
  parameterOf,
  tomlName,
} from '../../core/request/parameters.ts';
import type { Origin, RawRequest } from '../../core/request/validate.ts';
import { clean } from '../../core/text/clean.ts';
import { isTemplate } from '../../core/text/is-template.ts';
import { CliError } from '../../errors.ts';
import { type Style, shown } from '../../ui/lines.ts';

/** Parameters that all messages have in common, and what their reader calls each. */
export interface Fixed {
  readonly values: RawRequest;
  readonly nameOf: Origin['columnOf'];
}

/** What flags, a template and the config say of all messages, the nearest first. */
export function fixedOf(flags: RawRequest, template: NamedParameters | undefined, config: Config): readonly Fixed[] {
  const { defaults, defaultOrigins } = config;
  return [
    { values: flags, nameOf: flagName },
    ...(template
      ? [{ values: template.parameters, nameOf: (key: ParameterKey) => `${tomlName(key)} in ${template.name}` }]
      : []),
    { values: defaults, nameOf: (key) => `[defaults] ${tomlName(key)} (${defaultOrigins[key] ?? 'config'})` },
  ];
}

/** What stands above the text of a template. */
export interface NamedParameters {
  readonly name: string;
  readonly parameters: RawRequest;
}

/** Throws a `CliError` for a value that is wrong whatever the rows are, so that it is said once and not for each row. */
export function refuseFixed(layers: readonly Fixed[], parse: ParseContext, style: Style): void {
  const settled = new Set<string>();
  for (const { values, nameOf } of layers) {
    for (const [name, given] of Object.entries(values)) {
      if (name === 'extra' || settled.has(name)) continue;
      settled.add(name);
      const key = name as ParameterKey;
      for (const text of [given].flat() as string[]) refuseValue(key, text, { name: nameOf(key), parse, style });
    }
  }
}

function refuseValue(
  key: ParameterKey,
  text: string,
  { name, parse, style }: { readonly name: string; readonly parse: ParseContext; readonly style: Style },
): void {
  // A text with fields is checked when they are filled; an empty value in a file is none.
  if (text.trim() === '' || (key === 'body' && isTemplate(text))) return;
  if (isTemplate(text) && key !== 'contentVariables') {
    throw new CliError('usage', `${name} "${shown(text, style)}" has {{ }} in it, and only texts are filled.`, {
      hint: `In a batch --map fills any parameter: --map '${tomlName(key)}=${clean(text)}'`,
    });
  }
  const parsed = parameterOf(key).parse(key === 'body' ? text : text.trim(), parse);
  if ('value' in parsed) return;
  throw new CliError('usage', `${name} "${shown(text, style)}" ${parsed.problem}.`, {
    ...(parsed.hint && { hint: parsed.hint }),
  });
}
