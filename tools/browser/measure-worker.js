import { load } from './measured.js';
import { rate } from './rate.js';

onmessage = async ({ data: budget }) => postMessage(rate(await load(), budget));
