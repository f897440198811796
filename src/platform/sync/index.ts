export { bodyFault, syncErrorAnswer } from './answer-error.ts';
export { answerSync } from './answer-sync.ts';
export { findCaller } from './find-caller.ts';
