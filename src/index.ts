/** The parts of volley for other programs: the same validator, plan, ledger, engine and simulator the commands use. */

export type { MessageRequest, Row, RowIssue, SendResult, SendState } from './core/message.ts';
export type { Report, RunEnd } from './core/outcome/report.ts';
export { makePlanner, type Plan, type PlannedRow } from './core/plan.ts';
export { phoneNormalizer } from './core/recipient/phone.ts';
export { makeMapping } from './core/request/mapping.ts';
export { validate } from './core/request/validate.ts';
export { countSegments } from './core/text/segments.ts';
export { type RunOptions, runCampaign } from './engine/run-campaign.ts';
export { CliError, exitCodes } from './errors.ts';
export type { Campaign, Lease, Ledger, Staging } from './ledger/ledger.ts';
export { openSqliteLedger } from './ledger/sqlite/open.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator/simulator.ts';
export type { Transport } from './transport/transport.ts';
export { twilioTransport } from './transport/twilio.ts';
