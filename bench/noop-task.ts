import { defineContract, task } from '@replyq/contract';
import { Credentials } from './login.ts';

/** The task of every subject: the input of the login, of which the worker only says that it has come. */
export const tasks = defineContract('tasks', { noop: task({ input: Credentials }) });
