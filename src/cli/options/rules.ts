import type { RowRules } from '../../campaign/row-rules.ts';
import { namedTemplates, templateOf } from '../../campaign/templates.ts';
import type { Config } from '../../config/config.ts';
import type { PlanContext } from '../../core/plan.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import { isTemplate } from '../../core/text/is-template.ts';
import { CliError } from '../../errors.ts';
import type { Style } from '../../ui/lines.ts';
import { fixedOf, refuseFixed } from './fixed.ts';
import type { MappingValues } from './input.ts';
import { type MessageValues, requestOf } from './message.ts';

/** What is said of rows, wherever they come from. */
export type RowsOptions = MappingValues & MessageValues;

/**
 * What flags, a template and the config say of all rows.
 * Throws a `CliError` for a parameter or template that is wrong whatever the rows are.
 */
export async function rowRulesOf(
  options: RowsOptions,
  { config, plan, style }: { readonly config: Config; readonly plan: PlanContext; readonly style: Style },
): Promise<RowRules> {
  if (config.defaults.to !== undefined) {
    throw new CliError(
      'config',
      `[defaults] names a recipient (${config.defaultOrigins['to']}); a batch takes its own from the file.`,
    );
  }
  if (options.template !== undefined && options.body !== undefined) {
    throw new CliError('usage', 'Give --body or --template, not both.');
  }
  const flags = requestOf(options);
  const template = options.template === undefined ? undefined : await templateOf(options.template, config.templates);
  const ofTemplate = template && { name: options.template ?? '', parameters: template.parameters };
  refuseFixed(fixedOf(flags, ofTemplate, config), plan, style);
  const templates = await namedTemplates(config.templates);
  for (const [name, { parameters }] of Object.entries(templates)) {
    refuseFixed(fixedOf({}, { name: `template ${name}`, parameters }, config), plan, style);
  }
  const { body, contentVariables, ...base } = { ...config.defaults, ...template?.parameters, ...flags };
  const text = template?.text ?? (typeof body === 'string' ? body : undefined);
  const { maps, key, timeZoneColumn } = options;
  const hasOwn = Object.keys(options.contentVariable).length > 0;
  const variables = hasOwn ? undefined : unfilledVariables(contentVariables);
  return {
    plan,
    mapping: {
      base: { ...base, ...(!variables && contentVariables !== undefined && { contentVariables }) },
      maps,
      contentVariables: variables ?? options.contentVariable,
      fields: template?.fields ?? {},
      templates,
      locale: config.get('locale'),
      ...(text !== undefined && { body: text }),
      ...(key !== undefined && { key }),
      ...(timeZoneColumn !== undefined && { timeZoneColumn }),
    },
  };
}

/** Content variables with fields in them, each a text to fill; undefined for any others. */
function unfilledVariables(given: RawRequest['contentVariables']): Readonly<Record<string, string>> | undefined {
  if (typeof given !== 'string' || !isTemplate(given)) return undefined;
  const entries = Object.entries(JSON.parse(given) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
