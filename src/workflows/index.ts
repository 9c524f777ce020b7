// Every export of this file is a workflow that anybody can start: the one, and nothing else.
export { generation } from './generation.ts';
