export { endingRemedy } from './remedy.ts';
export { tellEndings } from './tell-endings.ts';
