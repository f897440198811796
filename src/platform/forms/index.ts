export { connectForm, refuseDone } from './connect-form.ts';
export { formPage } from './form-page.ts';
export type { FormFault } from './read-form.ts';
