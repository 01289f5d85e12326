/** The parts of volley for other programs: the same validator, plan, ledger, engine and simulator the commands use. */

export { makeMapping } from './core/mapping.ts';
export type { MessageRequest, Row, RowIssue, SendResult, SendState } from './core/message.ts';
export { phoneNormalizer } from './core/phone.ts';
export { makePlanner, type Plan, type PlannedRow } from './core/plan.ts';
export type { Report, RunEnd } from './core/report.ts';
export { countSegments } from './core/segments.ts';
export { validate } from './core/validate.ts';
export { type RunOptions, runCampaign } from './engine/run-campaign.ts';
export { CliError, exitCodes } from './errors.ts';
export type { Campaign, Lease, Ledger, Staging } from './ledger/ledger.ts';
export { openSqliteLedger } from './ledger/sqlite.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator/simulator.ts';
export type { Transport } from './transport/transport.ts';
export { twilioTransport } from './transport/twilio.ts';
