/**
 * volley for other programs: the validator, plan, ledger, engine and simulator that the commands use.
 *
 *     const ledger = openSqliteLedger('ledger.db');
 *     const { plan, commit } = await makePlan(ledger, { name: 'spring', rows, defaults: { from, body } });
 *     const { report } = await runCampaign(await commit(), { ledger, provider: twilioProvider(options) });
 */

export type { Message, MessageRequest, Row, RowIssue, SendResult, SendState } from './core/message.ts';
export { type CodeExplanation, explainCode } from './core/outcome/error-codes.ts';
export type { Report, RunEnd } from './core/outcome/report.ts';
export type { Plan } from './core/plan.ts';
export { type NormalizePhone, phoneNormalizer } from './core/recipient/phone.ts';
export { type RawRequest, validate } from './core/request/validate.ts';
export { countSegments } from './core/text/segments.ts';
export { CliError, type ErrorCode, exitCodes } from './errors.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { Campaign } from './ledger/plans.ts';
export { openSqliteLedger } from './ledger/sqlite/open.ts';
export { type CampaignRun, type DataRow, makePlan, type PendingPlan, type PlanInput, runCampaign } from './library.ts';
export type { Provider } from './provider/provider.ts';
export { isSignedBy } from './provider/twilio/signature.ts';
export { type TwilioOptions, twilioProvider } from './provider/twilio/twilio.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator/simulator.ts';
