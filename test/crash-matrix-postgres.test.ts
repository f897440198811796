import { engines } from './engines.ts';
import { crashMatrix } from './processes/crash-cells.ts';

for (const engine of engines.filter(({ name }) => name === 'postgres')) crashMatrix(engine);
