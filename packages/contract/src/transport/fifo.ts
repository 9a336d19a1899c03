/** Whether a queue is FIFO: its name must say so, and with it its URL and its ARN. */
export function isFifo(queue: string): boolean {
  return queue.endsWith('.fifo');
}
