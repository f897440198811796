export { connectForm } from './connect-form.ts';
export type { Entered, FaultReason, FormFault } from './read-form.ts';
