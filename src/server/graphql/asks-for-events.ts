/** Whether Yoga answers a request with server-sent events: they are the first that the client accepts. */
export function asksForEvents({ headers }: Request): boolean {
  return headers.get('accept')?.trim().startsWith('text/event-stream') ?? false;
}
