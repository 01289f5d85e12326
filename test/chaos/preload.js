import { register } from 'node:module';

register('./crash-hooks.js', import.meta.url);
