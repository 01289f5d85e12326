import type { PlannedRow } from '../core/plan.ts';
import { mediaChecker } from './check-media.ts';

/** How the rows of a plan are looked at once more before they are written down. */
export type Recheck = (rows: readonly PlannedRow[]) => Promise<readonly PlannedRow[]>;

/** With `--check-media`, turns rows whose media cannot be sent into invalid ones; without it, leaves all as they are. */
export async function mediaRecheck({ checkMedia = false }: { readonly checkMedia?: boolean }): Promise<Recheck> {
  if (!checkMedia) return async (rows) => rows;
  const check = await mediaChecker();
  const recheck = async (row: PlannedRow): Promise<PlannedRow> => {
    const urls = row.request?.mediaUrl ?? [];
    const problems = await Promise.all(urls.map(check));
    const issues = problems.flatMap((problem, i) =>
      problem === undefined ? [] : [{ line: row.line, column: 'media_url', value: urls[i] ?? '', problem }],
    );
    if (issues.length === 0) return row;
    const { key: _key, request: _request, ...rest } = row;
    return { ...rest, state: 'invalid', segments: 0, sender: '', issues };
  };
  return (rows) => Promise.all(rows.map(recheck));
}
